package dev.regrow.runtime.syscall;

/**
 * The kernel refused a call; the message reads {@code pidfd_open(4711, 0): ESRCH (No such
 * process)}.
 */
public final class SyscallException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Errno errno;

  public SyscallException(String call, int number) {
    super(call + ": " + describe(number));
    this.errno = Errno.of(number);
  }

  public Errno errno() {
    return errno;
  }

  private static String describe(int number) {
    var errno = Errno.of(number);
    return errno == Errno.OTHER ? "errno " + number : errno + " (" + errno.description() + ")";
  }
}
