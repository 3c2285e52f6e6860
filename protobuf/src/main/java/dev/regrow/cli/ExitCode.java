package dev.regrow.cli;

/** What the command's exit code says; part of the contract, so never renumbered. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int ERROR = 1;
  public static final int USAGE = 2;
  public static final int CHANGES = 3;
  public static final int TIMED_OUT = 4;
  public static final int ROLLED_BACK = 5;
  public static final int CONFLICT = 6;
  public static final int DENIED = 7;

  /** Of commands that exit with another command's code: it never ran, or nobody knows. */
  public static final int REGROW_FAILED = 125;

  private ExitCode() {}
}
