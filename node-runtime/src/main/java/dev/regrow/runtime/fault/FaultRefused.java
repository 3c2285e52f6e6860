package dev.regrow.runtime.fault;

/** Why a fault is not begun, with what to do. */
public final class FaultRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What is amiss. */
  public enum Kind {
    /** The operator does not let it happen. */
    NOT_ALLOWED,
    /** It makes no sense as it was asked for. */
    INVALID,
    /** There is no such instance here. */
    NOT_FOUND,
    /** Not now, or not with this instance or on this machine. */
    CONFLICT
  }

  private final Kind kind;

  public FaultRefused(Kind kind, String message) {
    super(message, null, false, false); // No stack: it is an answer, not a bug.
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** The message, which is never null. */
  public String why() {
    return String.valueOf(getMessage());
  }
}
