package dev.regrow.core.store;

/** The store could not do what was asked. Its message names cause and fix. */
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Callers branch on this. */
  public enum Kind {
    /** No majority in time; nothing was or will be applied. */
    NO_MAJORITY,
    /** No answer in time; the writes may or may not have been applied. */
    OUTCOME_UNKNOWN,
    /** The disk is full or nearly so; nothing was applied. */
    DISK_FULL,
    /** The transaction is larger than the store takes. */
    TOO_LARGE,
    /** The wanted minimum index was not reached in time. */
    BEHIND,
    /** The wanted minimum index is none that the store has ever told anybody. */
    UNKNOWN_INDEX,
    /** This node may not do that; nothing was applied. */
    DENIED,
    /** This store is closed. */
    CLOSED,
  }

  private final Kind kind;

  public StoreException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
