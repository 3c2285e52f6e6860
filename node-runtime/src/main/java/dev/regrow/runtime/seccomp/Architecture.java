package dev.regrow.runtime.seccomp;

import java.util.Locale;

/** A processor architecture that we have tables of system calls for. */
public enum Architecture {
  X86_64("x86-64.txt", 0xC000003E, 0x40000000),
  ARM64("arm64.txt", 0xC00000B7, Integer.MAX_VALUE);

  private final String table;
  private final int audit;
  private final int foreignFrom;

  Architecture(String table, int audit, int foreignFrom) {
    this.table = table;
    this.audit = audit;
    this.foreignFrom = foreignFrom;
  }

  /**
   * That of this machine.
   *
   * @throws IllegalStateException if we have no table for it
   */
  public static Architecture ofThisMachine() {
    var name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> ARM64;
      default ->
          throw new IllegalStateException(
              "no table of system calls for the architecture " + name + ": run on x86-64 or arm64");
    };
  }

  /** The resource with its system calls and their numbers. */
  String table() {
    return table;
  }

  /** AUDIT_ARCH_ of linux/audit.h. */
  int audit() {
    return audit;
  }

  /** Numbers from here on are another binary interface's (x32). */
  int foreignFrom() {
    return foreignFrom;
  }
}
