package dev.regrow.runtime.syscall;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongSupplier;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/** {@link Beneath} by way of glibc. */
final class LinuxBeneath implements Beneath {

  private static final int OPENAT2 = 437;
  private static final long RESOLVE_NO_XDEV = 1;
  private static final long RESOLVE_NO_MAGICLINKS = 2;
  private static final long RESOLVE_BENEATH = 8;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_CLOEXEC = 02000000;
  private static final int S_IFIFO = 0010000;
  private static final int S_IFCHR = 0020000;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final long UTIME_OMIT = (1L << 30) - 2;
  private static final int BUFFER = 1 << 16;
  private static final int TRIES = 1000;
  private static final String OPAQUE = "trusted.overlay.opaque";

  /** These two differ between architectures. */
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

  private static final int O_DIRECTORY = ARM ? 040000 : 0200000;
  private static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;

  private final LinuxKernel kernel;
  private final LibC libc;
  private final Pointer path;
  private final Pointer how;
  private final Pointer buffer;
  private final Fd top;

  LinuxBeneath(LinuxKernel kernel, LibC libc, Runtime runtime, Path directory) {
    this.kernel = kernel;
    this.libc = libc;
    this.path = Memory.allocateDirect(runtime, 4097, true);
    this.how = Memory.allocateDirect(runtime, 24, true);
    this.buffer = Memory.allocateDirect(runtime, BUFFER, true);
    how.putLong(0, O_DIRECTORY | O_CLOEXEC);
    how.putLong(16, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
    this.top =
        kernel.owned(
            kernel.check(
                () -> libc.open(directory.toString(), O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0),
                () -> "open(" + directory + ")"));
  }

  @Override
  public Fd top() {
    return top;
  }

  @Override
  public Fd directory(byte[] relative) {
    if (relative.length == 0 || relative.length > 4096) {
      throw new IllegalArgumentException("a path of " + relative.length + " bytes");
    }
    path.put(0, relative, 0, relative.length);
    path.putByte(relative.length, (byte) 0);
    for (int tried = 1; ; tried++) {
      try {
        return opened(relative);
      } catch (SyscallException e) {
        // Somebody on this machine renamed or mounted something while the kernel went through a ..
        if (e.errno() != Errno.EAGAIN || tried == TRIES) {
          throw e;
        }
      }
    }
  }

  private Fd opened(byte[] relative) {
    return kernel.owned(
        call(
            () -> libc.syscall(OPENAT2, top.number(), path.address(), how.address(), 24),
            "openat2",
            relative));
  }

  @Override
  public Fd child(Fd directory, byte[] name) {
    int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    return kernel.owned(
        call(() -> libc.openat(directory.number(), text(name), flags, 0), "openat", name));
  }

  @Override
  public Fd create(Fd directory, byte[] name) {
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    return kernel.owned(
        call(() -> libc.openat(directory.number(), text(name), flags, 0600), "openat", name));
  }

  @Override
  public void write(Fd file, byte[] bytes, int offset, int length) {
    for (int done = 0; done < length; ) {
      int part = Math.min(BUFFER, length - done);
      buffer.put(0, bytes, offset + done, part);
      done +=
          (int)
              kernel.check(
                  () -> libc.write(file.number(), buffer, part), () -> "write(" + part + " bytes)");
    }
  }

  @Override
  public void mkdir(Fd directory, byte[] name, int mode) {
    call(() -> libc.mkdirat(directory.number(), text(name), mode), "mkdirat", name);
  }

  @Override
  public void symlink(byte[] target, Fd directory, byte[] name) {
    call(() -> libc.symlinkat(text(target), directory.number(), text(name)), "symlinkat", name);
  }

  @Override
  public void link(Fd from, byte[] fromName, Fd to, byte[] toName) {
    call(
        () -> libc.linkat(from.number(), text(fromName), to.number(), text(toName), 0),
        "linkat",
        toName);
  }

  @Override
  public void whiteout(Fd directory, byte[] name) {
    call(() -> libc.mknodat(directory.number(), text(name), S_IFCHR, 0), "mknodat", name);
  }

  @Override
  public void fifo(Fd directory, byte[] name, int mode) {
    call(
        () -> libc.mknodat(directory.number(), text(name), S_IFIFO | (mode & 0777), 0),
        "mknodat",
        name);
  }

  @Override
  public void unlink(Fd directory, byte[] name) {
    call(() -> libc.unlinkat(directory.number(), text(name), 0), "unlinkat", name);
  }

  @Override
  public void moveTo(Fd directory, byte[] name, Fd elsewhere, byte[] newName) {
    call(
        () -> libc.renameat(directory.number(), text(name), elsewhere.number(), text(newName)),
        "renameat",
        name);
  }

  @Override
  public void own(Fd directory, byte[] name, int uid, int gid) {
    call(
        () -> libc.fchownat(directory.number(), text(name), uid, gid, AT_SYMLINK_NOFOLLOW),
        "fchownat",
        name);
  }

  @Override
  public void own(Fd file, int uid, int gid, int mode) {
    kernel.check(() -> libc.fchown(file.number(), uid, gid), () -> "fchown()");
    mode(file, mode);
  }

  @Override
  public void mode(Fd file, int mode) {
    kernel.check(() -> libc.fchmod(file.number(), mode), () -> "fchmod()");
  }

  @Override
  public void modified(Fd directory, byte[] name, long seconds) {
    times(seconds);
    call(
        () -> libc.utimensat(directory.number(), text(name), buffer, AT_SYMLINK_NOFOLLOW),
        "utimensat",
        name);
  }

  @Override
  public void modified(Fd file, long seconds) {
    times(seconds);
    kernel.check(() -> libc.futimens(file.number(), buffer), () -> "futimens()");
  }

  private void times(long seconds) {
    buffer.putLong(0, 0);
    buffer.putLong(8, UTIME_OMIT);
    buffer.putLong(16, seconds);
    buffer.putLong(24, 0);
  }

  @Override
  public void makeOpaque(Fd directory) {
    buffer.putByte(0, (byte) 'y');
    kernel.check(
        () -> libc.fsetxattr(directory.number(), OPAQUE, buffer, 1, 0),
        () -> "fsetxattr(" + OPAQUE + ")");
  }

  private long call(LongSupplier call, String name, byte[] of) {
    return kernel.check(call, () -> name + "(" + new String(of, StandardCharsets.UTF_8) + ")");
  }

  private static byte[] text(byte[] name) {
    return Arrays.copyOf(name, name.length + 1);
  }

  @Override
  public void close() {
    top.close();
  }
}
