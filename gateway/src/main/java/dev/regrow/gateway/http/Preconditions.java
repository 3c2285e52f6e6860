package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.Precondition;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.actors.control.Refusal;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.v1.Workload;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Makes what the headers ask for into what the control plane checks together with the change, so
 * that nothing slips in between.
 */
final class Preconditions {

  private static final ReadPoint NEWEST = new ReadPoint(true, 0);
  private static final int ATTEMPTS = 5;

  private Preconditions() {}

  /** Carries out a change under its preconditions. */
  static <T> CompletionStage<T> under(
      EntityTags tags,
      ControlPlane control,
      WorkloadRef ref,
      Function<Precondition, CompletionStage<T>> change) {
    if (tags instanceof EntityTags.None) {
      return change.apply(Precondition.NONE);
    }
    if (tags instanceof EntityTags.Absent) {
      return change.apply(new Precondition.Absent());
    }
    if (tags instanceof EntityTags.OneOf oneOf && oneOf.indexes().size() == 1) {
      return change.apply(new Precondition.IndexIs(oneOf.indexes().get(0)));
    }
    return afterReading(tags, control, ref, change, ATTEMPTS);
  }

  /** Holds the headers against what is there, for plans, which change nothing. */
  static CompletionStage<Void> check(EntityTags tags, ControlPlane control, WorkloadRef ref) {
    if (tags instanceof EntityTags.None) {
      return CompletableFuture.completedFuture(null);
    }
    return current(control, ref).thenAccept(found -> indexThatFits(tags, ref, found));
  }

  private static <T> CompletionStage<T> afterReading(
      EntityTags tags,
      ControlPlane control,
      WorkloadRef ref,
      Function<Precondition, CompletionStage<T>> change,
      int attempts) {
    return current(control, ref)
        .thenCompose(
            found -> change.apply(new Precondition.IndexIs(indexThatFits(tags, ref, found))))
        .exceptionallyCompose(
            failure ->
                attempts > 1 && isStale(Failures.unwrap(failure))
                    ? afterReading(tags, control, ref, change, attempts - 1)
                    : CompletableFuture.failedFuture(failure));
  }

  private static boolean isStale(Throwable cause) {
    // An HttpProblem is our own verdict on the tags; a Refusal means that it changed meanwhile.
    return cause instanceof Refusal refusal && refusal.kind() == Refusal.Kind.STALE;
  }

  private static long indexThatFits(EntityTags tags, WorkloadRef ref, Optional<Workload> found) {
    boolean fits =
        tags instanceof EntityTags.Absent
            ? found.isEmpty()
            : found.isPresent()
                && (!(tags instanceof EntityTags.OneOf oneOf)
                    || oneOf.indexes().contains(found.get().getIndex()));
    if (!fits) {
      throw HttpProblem.stale(
          found
              .map(
                  workload ->
                      "workload %s is at index %d, which is not what the request expects; read it again"
                          .formatted(ref, workload.getIndex()))
              .orElse("there is no workload %s, but the request expects one".formatted(ref)));
    }
    return found.map(Workload::getIndex).orElse(0L);
  }

  private static CompletionStage<Optional<Workload>> current(
      ControlPlane control, WorkloadRef ref) {
    return control
        .workload(ref, NEWEST)
        .handle(
            (workload, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(Optional.of(workload));
              }
              return Failures.unwrap(failure) instanceof Refusal refusal
                      && refusal.kind() == Refusal.Kind.NOT_FOUND
                  ? CompletableFuture.completedFuture(Optional.<Workload>empty())
                  : CompletableFuture.<Optional<Workload>>failedFuture(failure);
            })
        .thenCompose(found -> found);
  }
}
