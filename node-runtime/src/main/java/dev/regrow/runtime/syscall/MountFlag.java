package dev.regrow.runtime.syscall;

/** How to mount (mount(2)). */
public enum MountFlag {
  READ_ONLY(1),
  NOSUID(2),
  NODEV(4),
  NOEXEC(8),
  REMOUNT(32),
  NOATIME(1024),
  BIND(4096),
  REC(16384),
  PRIVATE(1 << 18);

  private final long bits;

  MountFlag(long bits) {
    this.bits = bits;
  }

  long bits() {
    return bits;
  }
}
