package dev.regrow.gateway;

/** A node cannot be started; the message says what, why and what helps. */
final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private StartFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** Asked wrongly: exit code 2. */
  static StartFailure usage(String message) {
    return new StartFailure(2, message + "\nsee: regrow node --help");
  }

  /** Asked rightly, but not possible here: exit code 1. */
  static StartFailure refused(String message) {
    return new StartFailure(1, message);
  }

  int exitCode() {
    return exitCode;
  }
}
