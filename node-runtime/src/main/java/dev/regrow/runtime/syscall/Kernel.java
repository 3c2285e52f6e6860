package dev.regrow.runtime.syscall;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What we ask of the kernel that the JDK cannot. Every method throws {@link SyscallException},
 * whose message holds call, arguments and errno; calls that a signal interrupted are made again.
 * There is no kill(2): processes are signalled through a pidfd, which cannot mean another one by
 * mistake.
 */
public interface Kernel {

  /**
   * The kernel that we run on. The first call loads JNR-FFI, which takes 150 to 400 ms: make it off
   * the start-up path.
   */
  static Kernel load() {
    return LinuxKernel.Holder.INSTANCE;
  }

  /**
   * Starts a program (posix_spawn(3)) with default dispositions and no blocked signals. It inherits
   * exactly the given descriptors, whatever the JVM has open. Returns once exec has succeeded.
   *
   * @param argv with the program's name first; everybody on the machine can read it
   * @param inherited what it sees as 0, 1, 2...; a number that is missing is closed there
   * @return its pid: our child, so nobody else has it until we {@link #waitid} it
   */
  int posixSpawn(
      Path program, List<String> argv, Map<String, String> environment, Map<Integer, Fd> inherited);

  /** Readable once the process has ended. ESRCH if no process has that number, a thread may. */
  Fd pidfdOpen(int pid);

  /** ESRCH if it has ended and was reaped. */
  void pidfdSendSignal(Fd pidfd, Signal signal);

  /**
   * Reaps our own child, if it has ended.
   *
   * @return empty while it runs, and when it is not our child (an adopted one)
   */
  Optional<Exit> waitid(Fd pidfd);

  /**
   * How a child ended: one of the two is set.
   *
   * @param code 0..255
   */
  record Exit(@Nullable Integer code, @Nullable Integer signal) {}

  /** Both ends have CLOEXEC. */
  Pipe pipe();

  /** What is written to one end is read from the other. */
  record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    @Override
    public void close() {
      readEnd.close();
      writeEnd.close();
    }
  }

  /**
   * @param mode permissions of a file that is created, before the umask
   */
  Fd open(Path path, Set<OpenFlag> flags, int mode);

  /**
   * @return how many bytes; 0 at the end. EAGAIN if it does not block and has none
   */
  int read(Fd fd, byte[] buffer);

  /**
   * @return how many bytes of the range were written, at least 1
   */
  int write(Fd fd, byte[] bytes, int offset, int length);

  /** Writes all. */
  default void write(Fd fd, byte[] bytes) {
    for (int at = 0; at < bytes.length; ) {
      at += write(fd, bytes, at, bytes.length - at);
    }
  }

  /** Creates a fifo; the umask does not narrow {@code mode}. */
  void mkfifo(Path path, int mode);

  /**
   * Waits until it can be read, has ended or has failed.
   *
   * @return false if the timeout passed
   */
  boolean pollReadable(Fd fd, Duration timeout);

  /**
   * Waits until it can be written, or nobody reads it any more. A pipe then takes 4096 bytes
   * without blocking.
   *
   * @return false if the timeout passed
   */
  boolean pollWritable(Fd fd, Duration timeout);

  /** A set of descriptors to wait on; others may be added while one thread waits. */
  Epoll epollCreate();

  void mount(
      @Nullable String source,
      Path target,
      @Nullable String type,
      Set<MountFlag> flags,
      String data);

  /** Detaches it at once, with what is mounted below; the last user's leaving frees it. */
  void umountDetached(Path target);

  /**
   * Moves the calling thread, and no other, into a network namespace; the sockets that it opens
   * from then on are of there. See setns(2).
   *
   * @param namespace its file, as /run/netns/NAME
   */
  void enterNetwork(Path namespace);

  /** Like {@link #enterNetwork(Path)}, by a descriptor of that file. */
  void enterNetwork(Fd namespace);

  /**
   * Moves the calling thread, and no other, into a new network namespace of its own; see
   * unshare(2).
   */
  void unshareNetwork();

  /**
   * A socket of netlink(7), in the network namespace of the calling thread; each write is a
   * request.
   *
   * @param protocol as NETLINK_ROUTE, 0
   */
  Fd netlink(int protocol);

  /**
   * Sends one datagram to a socket of this machine, without waiting for room: EAGAIN if there is
   * none.
   *
   * @param address a path, or @ and a name in the abstract namespace (unix(7)); at most 107 bytes
   */
  void sendDatagram(String address, byte[] message);

  /** For making files that strangers named beneath a directory, and nowhere else. */
  Beneath beneath(Path directory);

  /** Whether overlayfs shows nothing of lower layers in this directory; follows no link. */
  boolean isOpaque(Path directory);

  /**
   * A file as it is on disk.
   *
   * @param device and number tell it from all others
   * @param links names that it has; 0: it lives only while somebody has it open
   * @param diskBytes less than its length where it has holes
   * @param mount the number of the mount that it is seen through; 0 before Linux 5.8
   */
  record Inode(long device, long number, long links, long diskBytes, long mount) {}

  /**
   * See statx(2).
   *
   * @param follow whether to look at what a link leads to
   * @return empty if there is nothing, or nothing that can be looked at
   */
  Optional<Inode> inode(Path path, boolean follow);

  /** Waits until all that was written to the file system of this file is on its disk. */
  void syncFileSystem(Fd file);

  /** Time since boot, suspends included, in nanoseconds: the clock of leases and stamps. */
  long boottimeNanos();
}
