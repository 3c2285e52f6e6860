package dev.regrow.core.store.raft;

import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.v1.StoreRefusal;
import dev.regrow.v1.StoreRefusalKind;
import org.jspecify.annotations.Nullable;

/** Failures as they cross the wire and come out the same. */
final class Refusals {

  private Refusals() {}

  /**
   * @param leader HOST:PORT of who leads, or nothing
   */
  static StoreRefusal encode(@Nullable Throwable failure, String leader) {
    Throwable cause = Failures.cause(failure);
    return StoreRefusal.newBuilder()
        .setKind(kind(cause))
        .setMessage(cause == null ? "no answer" : String.valueOf(cause.getMessage()))
        .setLeader(leader)
        .build();
  }

  private static StoreRefusalKind kind(@Nullable Throwable cause) {
    if (cause instanceof Proposer.NotProposed) {
      return StoreRefusalKind.NOT_HERE;
    }
    if (cause instanceof MembershipRefused) {
      return StoreRefusalKind.REFUSED;
    }
    if (!(cause instanceof StoreException known)) {
      return StoreRefusalKind.OUTCOME_UNKNOWN;
    }
    return switch (known.kind()) {
      case NO_MAJORITY, CLOSED -> StoreRefusalKind.NOT_HERE;
      case OUTCOME_UNKNOWN -> StoreRefusalKind.OUTCOME_UNKNOWN;
      case DISK_FULL -> StoreRefusalKind.DISK_FULL;
      case TOO_LARGE -> StoreRefusalKind.TOO_LARGE;
      case BEHIND -> StoreRefusalKind.BEHIND;
      case UNKNOWN_INDEX -> StoreRefusalKind.UNKNOWN_INDEX;
      case DENIED -> StoreRefusalKind.DENIED;
    };
  }

  static RuntimeException decode(StoreRefusal refusal) {
    String message = refusal.getMessage();
    return switch (refusal.getKind()) {
      case NOT_HERE -> new Proposer.NotProposed(message);
      case DISK_FULL -> new StoreException(Kind.DISK_FULL, message);
      case TOO_LARGE -> new StoreException(Kind.TOO_LARGE, message);
      case BEHIND -> new StoreException(Kind.BEHIND, message);
      case UNKNOWN_INDEX -> new StoreException(Kind.UNKNOWN_INDEX, message);
      case DENIED -> new StoreException(Kind.DENIED, message);
      case REFUSED -> new MembershipRefused(message);
      case OUTCOME_UNKNOWN, UNRECOGNIZED -> new StoreException(Kind.OUTCOME_UNKNOWN, message);
    };
  }
}
