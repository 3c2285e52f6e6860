package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Workload;
import dev.regrow.core.reconcile.Member;
import dev.regrow.core.reconcile.Standing;
import org.jspecify.annotations.Nullable;

/** How assignments stand, from what is stored and what was heard. */
public final class Standings {

  private Standings() {}

  /**
   * @param live what its node last said, if anything
   * @param lostSince when its node was lost, CLOCK_BOOTTIME in milliseconds; null: it is not
   */
  static Member member(
      Workload workload,
      Assignment assignment,
      @Nullable Live live,
      @Nullable Long lostSince,
      World world) {
    return new Member(
        assignment.id(),
        assignment.slot(),
        current(workload, assignment),
        assignment.stopping(),
        assignment.ended() != null,
        standing(workload, assignment, live, lostSince, world.now().bootMillis()),
        // What is not committed yet is the youngest of all.
        assignment.epoch() == 0 ? Long.MAX_VALUE : assignment.epoch(),
        world.drains(assignment.node()));
  }

  static boolean current(Workload workload, Assignment assignment) {
    return assignment.revision() == workload.rollout().revision()
        && assignment.restartGeneration() == workload.rollout().restartGeneration();
  }

  private static Standing standing(
      Workload workload,
      Assignment assignment,
      @Nullable Live live,
      @Nullable Long lostSince,
      long now) {
    var end = assignment.ended() != null || live == null ? assignment.ended() : live.end();
    if (end != null) {
      return end.succeeded() ? Standing.SUCCEEDED : Standing.FAILED;
    }
    if (lostSince != null && now - lostSince >= workload.policy().lostAfterMillis()) {
      return Standing.LOST;
    }
    if (live == null) {
      return Standing.UNKNOWN;
    }
    return live.readyFor(workload.policy().minReadyMillis(), now)
        ? Standing.READY
        : Standing.UNREADY;
  }
}
