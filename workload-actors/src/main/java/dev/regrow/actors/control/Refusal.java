package dev.regrow.actors.control;

import dev.regrow.v1.FieldError;
import java.util.List;

/** A request was not carried out. The message names cause, object and fix. */
public final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The HTTP status follows from it. */
  public enum Kind {
    BAD_REQUEST,
    NOT_FOUND,
    CONFLICT,
    STALE,
    INVALID,
    GONE,
    /** Nothing was applied. */
    UNAVAILABLE,
    /** It may or may not have been applied. */
    OUTCOME_UNKNOWN,
    DISK_FULL,
    TOO_LARGE,
  }

  private final Kind kind;
  private final transient List<FieldError> errors;

  public Refusal(Kind kind, String message) {
    this(kind, message, List.of());
  }

  public Refusal(Kind kind, String message, List<FieldError> errors) {
    super(message);
    this.kind = kind;
    this.errors = List.copyOf(errors);
  }

  public Kind kind() {
    return kind;
  }

  public List<FieldError> errors() {
    return errors;
  }
}
