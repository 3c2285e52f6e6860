package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes in what nodes tell. */
final class Facts {

  /** So few are looked at in less time than it takes to wait. */
  private static final int LOOK_AT_ONCE = 100;

  /** A look at so many costs some 0.2 ms: they take a sixth of a processor at most. */
  private static final int LOOKED_AT_PER_MILLI = 25;

  private Facts() {}

  static Decision learn(WorkloadState state, Input fact, World world) {
    if (fact instanceof Input.Observed observed) {
      return observed(state, observed);
    } else if (fact instanceof Input.Refused refused) {
      return refused(state, refused, world);
    }
    return happened(state, (Input.Happened) fact, world);
  }

  private static Decision observed(WorkloadState state, Input.Observed fact) {
    var assignment = assignmentOf(state, fact.target());
    if (assignment == null) {
      return stray(state, fact);
    }
    var before = state.soft().live().get(assignment.id());
    boolean older =
        before != null && (before.phase().isFinal() || fact.live().sequence() < before.sequence());
    if (older) {
      return new Decision(state, List.of());
    }
    var heard = fact.live().after(before);
    var next = state.with(state.soft().withLive(assignment.id(), heard));
    // Nodes tell all again each minute: that is nothing to look at.
    return heard.repeats(before) ? new Decision(next, List.of()) : look(next);
  }

  /** Each look is at all n instances: one for each of n facts would cost n². */
  private static Decision look(WorkloadState state) {
    int all = state.records().assignments().size();
    long after = all < LOOK_AT_ONCE ? 0 : all / LOOKED_AT_PER_MILLI;
    // What is in flight is followed by a look anyway.
    return new Decision(state, state.busy() ? List.of() : List.of(new Effect.Look(after)));
  }

  /** Nobody wants this instance any more, unless what we know is older than its assignment. */
  private static Decision stray(WorkloadState state, Input.Observed fact) {
    if (state.busy()) {
      // The commit in flight may be its own; the node is asked again anyway.
      return new Decision(state, List.of());
    }
    if (fact.target().epoch() > state.records().index()) {
      return new Decision(state, List.of(new Effect.Reload(false)));
    }
    Effect order =
        fact.live().phase().isFinal()
            ? new Effect.SendForget(fact.target())
            : new Effect.SendStop(fact.target(), "it is not assigned to this node any more");
    return new Decision(state, List.of(order));
  }

  private static Decision refused(WorkloadState state, Input.Refused fact, World world) {
    var assignment = assignmentOf(state, fact.target());
    boolean stale =
        assignment == null
            || state.busy()
            || assignment.stopping()
            || state.soft().live().containsKey(assignment.id());
    if (stale || assignment == null) {
      return WorkloadMachine.pump(state, world, List.of());
    }
    long now = world.now().bootMillis();
    var hold = Holds.afterRefusal(state.soft(), assignment, fact.reason(), now);
    var held = state.with(state.soft().withHold(assignment.slot(), hold));
    return WorkloadMachine.withdraw(held, assignment, fact.reason(), world);
  }

  private static Decision happened(WorkloadState state, Input.Happened fact, World world) {
    var workload = state.records().workload();
    if (workload == null || !workload.uid().equals(fact.target().workloadUid())) {
      return new Decision(state, List.of());
    }
    var soft = state.soft();
    var happenings = soft.happenings().plus(fact.occurrence(), world.now().bootMillis());
    return look(state.with(soft.with(happenings)));
  }

  /** The assignment that a fact is about, if it is still on the books. */
  private static @Nullable Assignment assignmentOf(WorkloadState state, Target target) {
    var workload = state.records().workload();
    if (workload == null || !workload.uid().equals(target.workloadUid())) {
      return null;
    }
    var assignment = state.records().assignments().get(target.id());
    return assignment != null && assignment.epoch() == target.epoch() ? assignment : null;
  }

  /** Writes happenings down when they are due, or along with something that is written anyway. */
  static Soft writeDown(Draft draft, Soft soft, long now) {
    var happenings = soft.happenings();
    if (happenings.isEmpty() || (draft.isEmpty() && happenings.dueBootMillis() > now)) {
      return soft;
    }
    happenings.toWrite().forEach(draft::write);
    if (happenings.dropped() > 0) {
      draft.note(
          true, "EventsDropped", happenings.dropped() + " more events came too fast to be kept");
    }
    return soft.with(happenings.written(now));
  }
}
