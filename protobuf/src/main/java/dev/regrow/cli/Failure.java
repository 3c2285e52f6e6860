package dev.regrow.cli;

/** A command cannot do what it was asked; the message says what, why, and what to do next. */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  public Failure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** With {@link ExitCode#ERROR}. */
  public static Failure error(String message) {
    return new Failure(ExitCode.ERROR, message);
  }

  /** With {@link ExitCode#USAGE}. */
  public static Failure usage(String message) {
    return new Failure(ExitCode.USAGE, message);
  }

  public int exitCode() {
    return exitCode;
  }
}
