package dev.regrow.gateway.server;

/** A body that was asked for does not come as it should. */
public final class BodyRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Kind {
    /** Larger than was asked for. */
    TOO_LARGE,
    /** Not whole within the time. */
    TOO_SLOW,
    /** Ended early, or its chunks are none. */
    BROKEN
  }

  private final Kind kind;

  BodyRefused(Kind kind) {
    super(kind.name(), null, false, false); // No stack: the client is wrong, not we.
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
