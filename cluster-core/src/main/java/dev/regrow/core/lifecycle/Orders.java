package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Backoff;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.Live;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which orders go out, after commits and again when nobody answered. */
final class Orders {

  private static final Backoff AGAIN = new Backoff(1_000, 15_000);

  private Orders() {}

  /** Adds the orders that the committed changes call for; returns the state that knows of them. */
  static WorkloadState afterCommit(
      WorkloadState before,
      WorkloadState after,
      List<Change> changes,
      World world,
      List<Effect> effects) {
    var next = after;
    for (var change : changes) {
      if (change instanceof Change.PutAssignment put) {
        var assignment = after.records().assignments().get(put.assignment().id());
        if (assignment != null && assignment.ended() == null) {
          next = send(next, assignment, world, effects);
        }
      } else if (change instanceof Change.DropAssignment drop) {
        var workload = before.records().workload();
        if (workload != null) {
          effects.add(new Effect.SendForget(Target.of(drop.assignment(), workload.uid())));
        }
      }
    }
    return next;
  }

  /** Adds orders that nobody has answered for too long. */
  static WorkloadState again(WorkloadState state, World world, List<Effect> effects) {
    var next = state;
    for (var assignment : state.records().assignments().values()) {
      if (dueAt(state, assignment) <= world.now().bootMillis()) {
        next = send(next, assignment, world, effects);
      }
    }
    return next;
  }

  private static WorkloadState send(
      WorkloadState state, Assignment assignment, World world, List<Effect> effects) {
    var workload = state.records().workload();
    var revision = state.records().revisions().get(assignment.revision());
    if (workload == null) {
      return state;
    }
    var target = Target.of(assignment, workload.uid());
    if (assignment.stopping()) {
      effects.add(new Effect.SendStop(target, assignment.cause()));
    } else if (revision != null) {
      effects.add(new Effect.SendRun(target, assignment, revision, workload.policy()));
    }
    return state.with(
        state.soft().withSent(assignment.id(), sent(state, assignment, world.now().bootMillis())));
  }

  private static Soft.Sent sent(WorkloadState state, Assignment assignment, long now) {
    var before = state.soft().sent().get(assignment.id());
    int count = before == null || before.stop() != assignment.stopping() ? 0 : before.count();
    return new Soft.Sent(now, count + 1, assignment.stopping());
  }

  /** When to give the order for this assignment again; {@link Timers#NEVER}: it was heard. */
  static long dueAt(WorkloadState state, Assignment assignment) {
    var workload = state.records().workload();
    var live = state.soft().live().get(assignment.id());
    if (workload == null || heard(assignment, live)) {
      return Timers.NEVER;
    }
    var sent = state.soft().sent().get(assignment.id());
    if (sent == null || sent.stop() != assignment.stopping()) {
      return 0;
    }
    int failures = sent.count() - 1;
    return sent.atBootMillis() + AGAIN.millis(failures, assignment.id().hashCode() + failures);
  }

  private static boolean heard(Assignment assignment, @Nullable Live live) {
    if (assignment.ended() != null) {
      return true;
    }
    return assignment.stopping() ? live != null && live.phase().isFinal() : live != null;
  }
}
