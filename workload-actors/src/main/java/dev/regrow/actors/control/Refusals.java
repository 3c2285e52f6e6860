package dev.regrow.actors.control;

import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.StoreException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Failures of the store and of entities, in the words of the door. */
final class Refusals {

  private Refusals() {}

  /** The same stage, failing with a {@link Refusal} where the cause is known. */
  static <T> CompletionStage<T> of(CompletionStage<T> stage) {
    return stage.exceptionallyCompose(failure -> CompletableFuture.failedStage(of(failure)));
  }

  static Throwable of(Throwable failure) {
    var cause = failure.getCause();
    var real = failure instanceof CompletionException && cause != null ? cause : failure;
    if (real instanceof StoreException store) {
      return new Refusal(kind(store.kind()), message(store));
    }
    if (real instanceof MembershipRefused || real instanceof FeatureLevel.Refused) {
      return new Refusal(Refusal.Kind.CONFLICT, String.valueOf(real.getMessage()));
    }
    if (real instanceof TimeoutException) {
      return new Refusal(
          Refusal.Kind.OUTCOME_UNKNOWN,
          "the workload did not answer in time; the change may or may not have been applied:"
              + " read it, then try again");
    }
    return real;
  }

  private static String message(StoreException failure) {
    var message = failure.getMessage();
    return message == null ? failure.kind().name() : message;
  }

  private static Refusal.Kind kind(StoreException.Kind kind) {
    return switch (kind) {
      case NO_MAJORITY, BEHIND, CLOSED, DENIED -> Refusal.Kind.UNAVAILABLE;
      case UNKNOWN_INDEX -> Refusal.Kind.BAD_REQUEST;
      case OUTCOME_UNKNOWN -> Refusal.Kind.OUTCOME_UNKNOWN;
      case DISK_FULL -> Refusal.Kind.DISK_FULL;
      case TOO_LARGE -> Refusal.Kind.TOO_LARGE;
    };
  }

  static Refusal of(WorkloadReply.Declined declined) {
    return new Refusal(
        Stream.of(Answer.Why.values())
            .filter(why -> why.name().equals(declined.why()))
            .map(Refusals::kind)
            .findFirst()
            // A node of a newer release may refuse for reasons that this one has no word for.
            .orElse(Refusal.Kind.CONFLICT),
        declined.message());
  }

  private static Refusal.Kind kind(Answer.Why why) {
    return switch (why) {
      case NOT_FOUND -> Refusal.Kind.NOT_FOUND;
      case CONFLICT -> Refusal.Kind.CONFLICT;
      case STALE -> Refusal.Kind.STALE;
      case INVALID -> Refusal.Kind.INVALID;
      case UNAVAILABLE -> Refusal.Kind.UNAVAILABLE;
      case OUTCOME_UNKNOWN -> Refusal.Kind.OUTCOME_UNKNOWN;
      case DISK_FULL -> Refusal.Kind.DISK_FULL;
      case TOO_LARGE -> Refusal.Kind.TOO_LARGE;
    };
  }
}
