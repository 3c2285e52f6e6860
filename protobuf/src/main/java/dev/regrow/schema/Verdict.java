package dev.regrow.schema;

/** What came of a text that somebody sent, and which HTTP status says so. */
public enum Verdict {
  OK(200),
  /** Not JSON or YAML at all, or not in the bounded subset that is read. */
  MALFORMED(400),
  /** More than {@link Schema#MAX_BYTES}. */
  TOO_LARGE(413),
  /** Well-formed, but not what the schema allows. */
  INVALID(422);

  private final int httpStatus;

  Verdict(int httpStatus) {
    this.httpStatus = httpStatus;
  }

  public int httpStatus() {
    return httpStatus;
  }
}
