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
import java.util.function.Supplier;

/**
 * Makes what the headers ask for into what the control plane checks together with the change, so
 * that nothing slips in between.
 */
final class Preconditions {

  static final ReadPoint NEWEST = new ReadPoint(true, 0);
  private static final int ATTEMPTS = 5;

  private Preconditions() {}

  /** Carries out a change of a workload under its preconditions. */
  static <T> CompletionStage<T> under(
      EntityTags tags,
      ControlPlane control,
      WorkloadRef ref,
      Function<Precondition, CompletionStage<T>> change) {
    return under(tags, new Subject("workload " + ref, () -> current(control, ref)), change);
  }

  /**
   * What is changed.
   *
   * @param name for people
   * @param index of what is there now; empty: nothing is
   */
  record Subject(String name, Supplier<CompletionStage<Optional<Long>>> index) {}

  /** Carries out a change under its preconditions. */
  static <T> CompletionStage<T> under(
      EntityTags tags, Subject subject, Function<Precondition, CompletionStage<T>> change) {
    if (tags instanceof EntityTags.None) {
      return change.apply(Precondition.NONE);
    }
    if (tags instanceof EntityTags.Absent) {
      return change.apply(new Precondition.Absent());
    }
    if (tags instanceof EntityTags.OneOf oneOf && oneOf.indexes().size() == 1) {
      return change.apply(new Precondition.IndexIs(oneOf.indexes().get(0)));
    }
    return afterReading(tags, subject, change, ATTEMPTS);
  }

  /** Holds the headers against what is there, for plans, which change nothing. */
  static CompletionStage<Void> check(EntityTags tags, ControlPlane control, WorkloadRef ref) {
    if (tags instanceof EntityTags.None) {
      return CompletableFuture.completedFuture(null);
    }
    return current(control, ref).thenAccept(found -> indexThatFits(tags, "workload " + ref, found));
  }

  private static <T> CompletionStage<T> afterReading(
      EntityTags tags,
      Subject subject,
      Function<Precondition, CompletionStage<T>> change,
      int attempts) {
    return subject
        .index()
        .get()
        .thenCompose(
            found ->
                change.apply(new Precondition.IndexIs(indexThatFits(tags, subject.name(), found))))
        .exceptionallyCompose(
            failure ->
                attempts > 1 && isStale(Failures.unwrap(failure))
                    ? afterReading(tags, subject, change, attempts - 1)
                    : CompletableFuture.failedFuture(failure));
  }

  private static boolean isStale(Throwable cause) {
    // An HttpProblem is our own verdict on the tags; a Refusal means that it changed meanwhile.
    return cause instanceof Refusal refusal && refusal.kind() == Refusal.Kind.STALE;
  }

  private static long indexThatFits(EntityTags tags, String name, Optional<Long> found) {
    boolean fits =
        tags instanceof EntityTags.Absent
            ? found.isEmpty()
            : found.isPresent()
                && (!(tags instanceof EntityTags.OneOf oneOf)
                    || oneOf.indexes().contains(found.get()));
    if (!fits) {
      throw HttpProblem.stale(
          found
              .map(
                  index ->
                      "%s is at index %d, which is not what the request expects; read it again"
                          .formatted(name, index))
              .orElse("there is no %s, but the request expects one".formatted(name)));
    }
    return found.orElse(0L);
  }

  private static CompletionStage<Optional<Long>> current(ControlPlane control, WorkloadRef ref) {
    return indexOf(control.workload(ref, NEWEST).thenApply(Workload::getIndex));
  }

  /** Of what is read; empty where there is none. */
  static CompletionStage<Optional<Long>> indexOf(CompletionStage<Long> read) {
    return read.handle(
            (index, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(Optional.of(index));
              }
              return Failures.unwrap(failure) instanceof Refusal refusal
                      && refusal.kind() == Refusal.Kind.NOT_FOUND
                  ? CompletableFuture.completedFuture(Optional.<Long>empty())
                  : CompletableFuture.<Optional<Long>>failedFuture(failure);
            })
        .thenCompose(found -> found);
  }
}
