package dev.regrow.chaos.history;

import org.jspecify.annotations.Nullable;

/**
 * One operation of a client on one key, seen from outside: it took effect, if at all, between its
 * two times. The value null is that of a key that isn't there.
 *
 * @param invokedNanos before it was sent
 * @param completedNanos after its answer was read; {@link #NEVER} if its outcome isn't known: then
 *     it may take effect at any later time, or never
 */
public record Operation(
    int client,
    String key,
    Action action,
    Outcome outcome,
    long invokedNanos,
    long completedNanos) {

  /** The end of what nobody knows the end of. */
  public static final long NEVER = Long.MAX_VALUE;

  /** What was asked for. */
  public sealed interface Action {}

  /**
   * @param seen what the answer said, if there was one
   */
  public record Read(@Nullable String seen) implements Action {}

  /**
   * @param value null deletes
   */
  public record Write(@Nullable String value) implements Action {}

  /** Writes the value if exactly the expected one is there. */
  public record CompareAndSet(@Nullable String expected, @Nullable String value)
      implements Action {}

  /** What the client learnt of it. */
  public enum Outcome {
    /** It took effect. */
    OK,
    /** It was compared, and another value was there. */
    DIFFERED,
    /** Surely no effect, for a reason that says nothing of the value. */
    NOT_APPLIED,
    /** No answer, or one that leaves it open. */
    UNKNOWN
  }

  public Operation {
    if (completedNanos < invokedNanos) {
      throw new IllegalArgumentException("it ended before it began: " + action);
    }
    if ((outcome == Outcome.UNKNOWN) != (completedNanos == NEVER)) {
      throw new IllegalArgumentException("only what is unknown never ends: " + action);
    }
  }

  /** Whether it can have changed anything, or bears witness of what was there. */
  boolean matters() {
    return switch (outcome) {
      case OK, DIFFERED -> true;
      case NOT_APPLIED -> false;
      case UNKNOWN -> !(action instanceof Read);
    };
  }

  @Override
  public String toString() {
    return "client %d: %s of %s: %s [%d, %s]"
        .formatted(
            client,
            action,
            key,
            outcome,
            invokedNanos,
            completedNanos == NEVER ? "…" : completedNanos);
  }
}
