package dev.regrow.schema;

/** The text is not JSON or YAML, or not in the bounded subset that is read. */
final class MalformedTextException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient Violation violation;

  MalformedTextException(Path path, Mark mark, String message) {
    super(message);
    this.violation = new Violation(path.toString(), mark.line(), mark.column(), message);
  }

  Violation violation() {
    return violation;
  }
}
