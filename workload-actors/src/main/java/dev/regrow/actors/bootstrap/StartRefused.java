package dev.regrow.actors.bootstrap;

/** The node cannot start. The message names what, why and what helps; it is all that people see. */
public final class StartRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StartRefused(String message) {
    super(message);
  }

  public StartRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
