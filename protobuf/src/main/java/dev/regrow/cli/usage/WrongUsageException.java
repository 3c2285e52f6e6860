package dev.regrow.cli.usage;

/** The words of a command line do not fit the command; the message says which and how. */
public final class WrongUsageException extends Exception {
  private static final long serialVersionUID = 1;

  WrongUsageException(String message) {
    super(message);
  }
}
