package dev.regrow.runtime.syscall;

import java.time.Duration;
import java.util.Arrays;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/** {@link Epoll} with an eventfd of its own for waking up. */
final class LinuxEpoll implements Epoll {

  private static final int CLOEXEC = 02000000;
  private static final int NONBLOCK = 04000;
  private static final int CTL_ADD = 1;
  private static final int CTL_DEL = 2;
  private static final int EPOLLIN = 1;
  private static final int MAX_EVENTS = 256;
  private static final long WAKE_UP = -1;

  /** struct epoll_event is packed on x86-64 only. */
  private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");

  private static final int DATA_OFFSET = PACKED ? 4 : 8;
  private static final int EVENT_SIZE = DATA_OFFSET + 8;

  private final LinuxKernel kernel;
  private final LibC libc;
  private final Runtime runtime;
  private final Fd epoll;
  private final Fd wakeUp;
  private final Pointer events;

  LinuxEpoll(LinuxKernel kernel, LibC libc, Runtime runtime) {
    this.kernel = kernel;
    this.libc = libc;
    this.runtime = runtime;
    this.epoll =
        kernel.owned(kernel.check(() -> libc.epoll_create1(CLOEXEC), () -> "epoll_create1()"));
    this.wakeUp =
        kernel.owned(kernel.check(() -> libc.eventfd(0, CLOEXEC | NONBLOCK), () -> "eventfd(0)"));
    this.events = Memory.allocateDirect(runtime, MAX_EVENTS * EVENT_SIZE);
    control(CTL_ADD, wakeUp, WAKE_UP);
  }

  @Override
  public void add(Fd fd, long key) {
    if (key < 0) {
      throw new IllegalArgumentException("key is negative: " + key);
    }
    control(CTL_ADD, fd, key);
  }

  @Override
  public void remove(Fd fd) {
    control(CTL_DEL, fd, 0);
  }

  private void control(int operation, Fd fd, long key) {
    var event = Memory.allocateDirect(runtime, EVENT_SIZE, true);
    event.putInt(0, EPOLLIN);
    event.putLong(DATA_OFFSET, key);
    kernel.check(
        () -> libc.epoll_ctl(epoll.number(), operation, fd.number(), event),
        () -> "epoll_ctl(%s, %d, %s)".formatted(epoll, operation, fd));
  }

  @Override
  public long[] await(@Nullable Duration timeout) {
    long deadline = timeout == null ? 0 : System.nanoTime() + timeout.toNanos();
    int count =
        (int)
            kernel.check(
                () ->
                    libc.epoll_wait(
                        epoll.number(),
                        events,
                        MAX_EVENTS,
                        timeout == null ? -1 : LinuxKernel.millisUntil(deadline)),
                () -> "epoll_wait(%s)".formatted(epoll));
    var keys = new long[count];
    int kept = 0;
    for (int i = 0; i < count; i++) {
      long key = events.getLong((long) i * EVENT_SIZE + DATA_OFFSET);
      if (key == WAKE_UP) {
        kernel.read(wakeUp, new byte[8]); // resets its counter
      } else {
        keys[kept++] = key;
      }
    }
    return kept == count ? keys : Arrays.copyOf(keys, kept);
  }

  @Override
  public void wakeUp() {
    // An eventfd counts; any eight bytes that are a number above 0 in either byte order do.
    kernel.write(wakeUp, new byte[] {0, 0, 0, 1, 0, 0, 0, 0});
  }

  @Override
  public void close() {
    epoll.close();
    wakeUp.close();
  }
}
