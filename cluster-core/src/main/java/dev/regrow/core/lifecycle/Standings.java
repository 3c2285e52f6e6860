package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Workload;
import dev.regrow.core.reconcile.Member;
import dev.regrow.core.reconcile.Standing;
import org.jspecify.annotations.Nullable;

/** How assignments stand, from what is stored and what was heard. */
public final class Standings {

  /** What ends at once is ready for a moment each time that it is started. */
  private static final long HELD_MILLIS = 300;

  private Standings() {}

  /**
   * How long it must be ready to count, in milliseconds. While something that is good is replaced,
   * a moment is never enough. What is good counts at once: a server that has just taken the
   * workload over has not heard for how long it was ready.
   */
  static long readyAfter(Workload workload, Assignment assignment) {
    var rollout = workload.rollout();
    long wanted = workload.policy().minReadyMillis();
    if (!current(workload, assignment)) {
      return assignment.revision() == rollout.rolledOut() ? 0 : wanted;
    }
    boolean replaces = !rollout.done() && rollout.rolledOut() != 0;
    return replaces ? Math.max(wanted, HELD_MILLIS) : wanted;
  }

  /**
   * @param live what its node last said, if anything
   * @param leaseOver when the lease that it may live on is over, CLOCK_BOOTTIME in milliseconds;
   *     null: nobody knows
   * @param lostSince when its node was lost, CLOCK_BOOTTIME in milliseconds; null: it is not
   */
  static Member member(
      Workload workload,
      Assignment assignment,
      @Nullable Live live,
      @Nullable Long lostSince,
      @Nullable Long leaseOver,
      World world) {
    return new Member(
        assignment.id(),
        assignment.slot(),
        current(workload, assignment),
        assignment.stopping(),
        assignment.ended() != null,
        standing(workload, assignment, live, lostSince, leaseOver, world),
        // What is not committed yet is the youngest of all.
        assignment.epoch() == 0 ? Long.MAX_VALUE : assignment.epoch(),
        world.drains(assignment.node()),
        live == null ? 0 : live.startedAt(),
        false);
  }

  /** How long after its node was lost an instance is replaced. */
  static long patience(Workload workload, World world) {
    return workload.policy().lostAfterMillis() + Pacing.delayMillis(workload, world);
  }

  static boolean current(Workload workload, Assignment assignment) {
    return assignment.revision() == workload.rollout().revision()
        // A promise that it was not started with cannot be kept, nor can another be taken back.
        && (assignment.ended() != null || livesAsWanted(workload, assignment))
        && assignment.restartGeneration() == workload.rollout().restartGeneration();
  }

  /** What was placed by a release that did not write down its lease is believed to. */
  private static boolean livesAsWanted(Workload workload, Assignment assignment) {
    return assignment.ofUnknownLease()
        || assignment.leaseMillis() == workload.policy().leaseMillis();
  }

  private static Standing standing(
      Workload workload,
      Assignment assignment,
      @Nullable Live live,
      @Nullable Long lostSince,
      @Nullable Long leaseOver,
      World world) {
    long now = world.now().bootMillis();
    var end = assignment.ended() != null || live == null ? assignment.ended() : live.end();
    if (end != null) {
      return end.succeeded() ? Standing.SUCCEEDED : Standing.FAILED;
    }
    if (assignment.lease() == Assignment.Lease.GIVEN_UP) {
      return leaseOver != null && leaseOver <= now ? Standing.EXPIRED : Standing.EXPIRING;
    }
    if (lostSince != null && now - lostSince >= patience(workload, world)) {
      boolean told = assignment.stopping() && workload.policy().exclusive();
      return told && !assignment.leased() ? Standing.EXPIRING : Standing.LOST;
    }
    if (live == null) {
      return Standing.UNKNOWN;
    }
    return live.readyFor(readyAfter(workload, assignment), now) ? Standing.READY : Standing.UNREADY;
  }
}
