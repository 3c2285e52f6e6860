package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Workload;

/** When to look again though nothing was heard. */
final class Timers {

  static final long NEVER = Long.MAX_VALUE;

  /** How often a place is looked for anew for what fits nowhere. */
  private static final long UNPLACED_MILLIS = 1_000;

  private Timers() {}

  /** CLOCK_BOOTTIME in milliseconds, after now; {@link #NEVER}: there is nothing to wait for. */
  static long next(WorkloadState state, World world) {
    long now = world.now().bootMillis();
    var workload = state.records().workload();
    if (workload == null || state.busy()) {
      return NEVER;
    }
    var soft = state.soft();
    if (soft.store().untilBootMillis() > now) {
      return soft.store().untilBootMillis();
    }
    long next = soft.happenings().isEmpty() ? NEVER : soft.happenings().dueBootMillis();
    next = Math.min(next, soft.unplaced().isEmpty() ? NEVER : now + UNPLACED_MILLIS);
    next = Math.min(next, Leases.next(state, now));
    for (var hold : soft.holds().values()) {
      next = Math.min(next, hold.untilBootMillis() > now ? hold.untilBootMillis() : NEVER);
    }
    next = Math.min(next, rollout(state, workload));
    for (var assignment : state.records().assignments().values()) {
      next = Math.min(next, Orders.dueAt(state, assignment));
      var live = soft.live().get(assignment.id());
      long ready = Standings.readyAfter(workload, assignment);
      if (live != null && live.ready() && !live.readyFor(ready, now)) {
        next = Math.min(next, live.readySinceBootMillis() + ready);
      }
      var lost = soft.lost().get(assignment.node().uid());
      if (lost != null) {
        long patience = Standings.patience(workload, world);
        next = now - lost < patience ? Math.min(next, lost + patience) : next;
      }
    }
    // Never in the past: a timer that has just rung must not ring for ever.
    return next == NEVER ? NEVER : Math.max(next, now + 1);
  }

  private static long rollout(WorkloadState state, Workload workload) {
    var rollout = workload.rollout();
    boolean waiting =
        !workload.deleted() && !rollout.done() && rollout.stalled() != rollout.revision();
    var progress = state.soft().progress();
    return waiting && progress.revision() == rollout.revision()
        ? Rollouts.moved(
                workload, progress, state.records().assignments().values(), state.soft().live())
            + workload.policy().progressDeadlineMillis()
        : NEVER;
  }
}
