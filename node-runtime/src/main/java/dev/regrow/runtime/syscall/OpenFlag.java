package dev.regrow.runtime.syscall;

/**
 * How to open a file (open(2)); the numbers are those of x86-64, ARM64 and RISC-V. CLOEXEC is
 * always set.
 */
public enum OpenFlag {
  READ_ONLY(0),
  WRITE_ONLY(1),
  READ_WRITE(2),
  CREATE(0100),
  EXCLUSIVE(0200),
  APPEND(02000),
  NONBLOCK(04000),
  PATH(010000000);

  private final int bits;

  OpenFlag(int bits) {
    this.bits = bits;
  }

  int bits() {
    return bits;
  }
}
