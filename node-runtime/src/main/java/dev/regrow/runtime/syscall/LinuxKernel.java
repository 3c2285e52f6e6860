package dev.regrow.runtime.syscall;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Memory;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;

/** {@link Kernel} by way of glibc. Numbers are those of x86-64, ARM64 and RISC-V. */
final class LinuxKernel implements Kernel {

  /** Loads on first use. */
  static final class Holder {
    static final Kernel INSTANCE = new LinuxKernel();

    private Holder() {}
  }

  private static final int O_CLOEXEC = 02000000;
  private static final int PIDFD_SEND_SIGNAL = 424;
  private static final int PIDFD_OPEN = 434;
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int STATX_BASIC_STATS_AND_MNT_ID = 0x17ff;
  private static final int STATX_SIZE = 256;
  private static final int P_PIDFD = 3;
  private static final int WNOHANG = 1;
  private static final int WEXITED = 4;
  private static final int CLD_EXITED = 1;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final int MNT_DETACH = 2;
  private static final int CLOCK_BOOTTIME = 7;
  private static final short POLLIN = 1;
  private static final short POLLOUT = 4;
  private static final int AF_UNIX = 1;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW_CLOEXEC = 02000003;
  private static final int SOCK_DGRAM_CLOEXEC = 02000002;
  private static final int MSG_DONTWAIT_NOSIGNAL = 0x4040;
  private static final int EINTR = 4;

  private final LibC libc;
  private final Runtime runtime;
  private final Spawner spawner;

  private LinuxKernel() {
    this.libc = LibraryLoader.create(LibC.class).load("c");
    this.runtime = Runtime.getRuntime(libc);
    this.spawner = new Spawner(libc, runtime);
  }

  @Override
  public int posixSpawn(
      Path program,
      List<String> argv,
      Map<String, String> environment,
      Map<Integer, Fd> inherited) {
    return spawner.spawn(program.toString(), argv, environment, inherited);
  }

  @Override
  public Fd pidfdOpen(int pid) {
    Supplier<String> call = () -> "pidfd_open(%d, 0)".formatted(pid);
    try {
      return owned(check(() -> libc.syscall(PIDFD_OPEN, pid, 0, 0, 0), call));
    } catch (SyscallException e) {
      // A thread's number, or one that is being reaped: EINVAL, and since Linux 6.16 ENOENT.
      boolean noProcess = pid > 0 && (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOENT);
      throw noProcess ? new SyscallException(call.get(), Errno.ESRCH.number()) : e;
    }
  }

  @Override
  public void pidfdSendSignal(Fd pidfd, Signal signal) {
    check(
        () -> libc.syscall(PIDFD_SEND_SIGNAL, pidfd.number(), signal.number(), 0, 0),
        () -> "pidfd_send_signal(%s, %s)".formatted(pidfd, signal));
  }

  @Override
  public Optional<Exit> waitid(Fd pidfd) {
    var siginfo = Memory.allocateDirect(runtime, 128, true);
    try {
      check(
          () -> libc.waitid(P_PIDFD, pidfd.number(), siginfo, WEXITED | WNOHANG),
          () -> "waitid(P_PIDFD, %s)".formatted(pidfd));
    } catch (SyscallException e) {
      if (e.errno() == Errno.ECHILD) {
        return Optional.empty();
      }
      throw e;
    }
    if (siginfo.getInt(16) == 0) { // si_pid: nothing to reap yet
      return Optional.empty();
    }
    int status = siginfo.getInt(24);
    return Optional.of(
        siginfo.getInt(8) == CLD_EXITED ? new Exit(status, null) : new Exit(null, status));
  }

  @Override
  public Pipe pipe() {
    var fds = new int[2];
    check(() -> libc.pipe2(fds, O_CLOEXEC), () -> "pipe2(O_CLOEXEC)");
    return new Pipe(owned(fds[0]), owned(fds[1]));
  }

  @Override
  public Fd open(Path path, Set<OpenFlag> flags, int mode) {
    int bits = flags.stream().mapToInt(OpenFlag::bits).reduce(O_CLOEXEC, (a, b) -> a | b);
    return owned(
        check(
            () -> libc.open(path.toString(), bits, mode),
            () -> "open(%s, %s)".formatted(path, flags)));
  }

  @Override
  public int read(Fd fd, byte[] buffer) {
    return (int)
        check(
            () -> libc.read(fd.number(), buffer, buffer.length),
            () -> "read(%s, %d bytes)".formatted(fd, buffer.length));
  }

  @Override
  public int write(Fd fd, byte[] bytes, int offset, int length) {
    var memory = Memory.allocateDirect(runtime, Math.max(1, length));
    memory.put(0, bytes, offset, length);
    return (int)
        check(
            () -> libc.write(fd.number(), memory, length),
            () -> "write(%s, %d bytes)".formatted(fd, length));
  }

  @Override
  public void mkfifo(Path path, int mode) {
    check(() -> libc.mkfifo(path.toString(), mode), () -> "mkfifo(%s, %o)".formatted(path, mode));
    check(() -> libc.chmod(path.toString(), mode), () -> "chmod(%s, %o)".formatted(path, mode));
  }

  @Override
  public boolean pollReadable(Fd fd, Duration timeout) {
    return poll(fd, POLLIN, timeout);
  }

  @Override
  public boolean pollWritable(Fd fd, Duration timeout) {
    return poll(fd, POLLOUT, timeout);
  }

  private boolean poll(Fd fd, short event, Duration timeout) {
    var pollfd = Memory.allocateDirect(runtime, 8, true);
    pollfd.putInt(0, fd.number());
    pollfd.putShort(4, event);
    long deadline = System.nanoTime() + timeout.toNanos();
    return check(
            () -> libc.poll(pollfd, 1, millisUntil(deadline)),
            () -> "poll(%s, %s)".formatted(fd, timeout))
        > 0;
  }

  @Override
  public Epoll epollCreate() {
    return new LinuxEpoll(this, libc, runtime);
  }

  @Override
  public void mount(
      @Nullable String source,
      Path target,
      @Nullable String type,
      Set<MountFlag> flags,
      String data) {
    long bits = flags.stream().mapToLong(MountFlag::bits).reduce(0, (a, b) -> a | b);
    check(
        () -> libc.mount(source, target.toString(), type, bits, data),
        () -> "mount(%s, %s, %s, %s, %s)".formatted(source, target, type, flags, data));
  }

  @Override
  public void umountDetached(Path target) {
    check(
        () -> libc.umount2(target.toString(), MNT_DETACH),
        () -> "umount2(%s, MNT_DETACH)".formatted(target));
  }

  @Override
  public void enterNetwork(Path namespace) {
    try (var fd = open(namespace, Set.of(), 0)) {
      enterNetwork(fd);
    }
  }

  @Override
  public void enterNetwork(Fd namespace) {
    check(
        () -> libc.setns(namespace.number(), CLONE_NEWNET),
        () -> "setns(%s, CLONE_NEWNET)".formatted(namespace));
  }

  @Override
  public void unshareNetwork() {
    check(() -> libc.unshare(CLONE_NEWNET), () -> "unshare(CLONE_NEWNET)");
  }

  @Override
  public Fd netlink(int protocol) {
    return owned(
        check(
            () -> libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol),
            () -> "socket(AF_NETLINK, %d)".formatted(protocol)));
  }

  @Override
  public void sendDatagram(String address, byte[] message) {
    var to = UnixAddress.of(address, runtime);
    var memory = Memory.allocateDirect(runtime, Math.max(1, message.length));
    memory.put(0, message, 0, message.length);
    try (var socket =
        owned(check(() -> libc.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), () -> "socket(AF_UNIX)"))) {
      check(
          () ->
              libc.sendto(
                  socket.number(),
                  memory,
                  message.length,
                  MSG_DONTWAIT_NOSIGNAL,
                  to.memory(),
                  to.length()),
          () -> "sendto(%s, %d bytes)".formatted(address, message.length));
    }
  }

  @Override
  public Beneath beneath(Path directory) {
    return new LinuxBeneath(this, libc, runtime, directory);
  }

  @Override
  public boolean isOpaque(Path directory) {
    var value = Memory.allocateDirect(runtime, 1, true);
    try {
      long size =
          check(
              () -> libc.lgetxattr(directory.toString(), "trusted.overlay.opaque", value, 1),
              () -> "lgetxattr(" + directory + ", trusted.overlay.opaque)");
      return size == 1 && value.getByte(0) == 'y';
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENODATA || e.errno() == Errno.EOPNOTSUPP) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Optional<Inode> inode(Path path, boolean follow) {
    var buffer = Memory.allocateDirect(runtime, STATX_SIZE, true);
    int flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
    if (libc.statx(AT_FDCWD, path.toString(), flags, STATX_BASIC_STATS_AND_MNT_ID, buffer) != 0) {
      return Optional.empty();
    }
    long device = (long) buffer.getInt(136) << Integer.SIZE | buffer.getInt(140);
    return Optional.of(
        new Inode(
            device,
            buffer.getLong(32),
            buffer.getInt(16),
            buffer.getLong(48) * 512,
            buffer.getLong(144)));
  }

  @Override
  public void syncFileSystem(Fd file) {
    check(() -> libc.syncfs(file.number()), () -> "syncfs(" + file + ")");
  }

  @Override
  public long boottimeNanos() {
    var timespec = new long[2];
    check(
        () -> libc.clock_gettime(CLOCK_BOOTTIME, timespec), () -> "clock_gettime(CLOCK_BOOTTIME)");
    return timespec[0] * 1_000_000_000L + timespec[1];
  }

  /** Never less than 0, and rounded up: a wait of half a millisecond must not spin. */
  static int millisUntil(long deadlineNanos) {
    long left = Math.max(0, deadlineNanos - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000);
  }

  Fd owned(long number) {
    // A failed close has closed it all the same, except for EBADF, which Fd rules out.
    return new Fd((int) number, libc::close);
  }

  long check(LongSupplier call, Supplier<String> description) {
    while (true) {
      long result = call.getAsLong();
      if (result != -1) {
        return result;
      }
      // Before anything else: the thread's next native call overwrites errno.
      int errno = LastError.getLastError(runtime);
      if (errno != EINTR) {
        throw new SyscallException(description.get(), errno);
      }
    }
  }
}
