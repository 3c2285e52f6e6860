package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Occurrence;
import dev.regrow.core.model.Workload;
import dev.regrow.core.placement.Candidate;

/**
 * Paces replacement when many nodes vanish at once: then it is the network or the power more likely
 * than the nodes, most come back, and what remains would be overrun. Each workload waits for a
 * share of a time that grows with the number of nodes, by its uid, so no two must agree.
 */
final class Pacing {

  /** Fewer are replaced at once, however few there are in all. */
  private static final int MANY = 3;

  /** And more than one in so many. */
  private static final int SHARE = 3;

  private static final long MILLIS_PER_NODE = 1_000;
  private static final long SPREAD_MILLIS_MAX = 60_000;

  private Pacing() {}

  /** How much longer than it wants to a workload waits, in milliseconds. */
  static long delayMillis(Workload workload, World world) {
    return delayMillis(workload.uid(), world.lostNodes(), world.nodes().size());
  }

  static long delayMillis(String workloadUid, int lost, int nodes) {
    if (lost < MANY || lost * SHARE <= nodes) {
      return 0;
    }
    long spread = Math.min(SPREAD_MILLIS_MAX, lost * MILLIS_PER_NODE);
    // The lower bits of equal names with different numbers are too much alike.
    int mixed = workloadUid.hashCode() * 0x9E3779B9;
    return (mixed >>> 8) % spread;
  }

  /** Says so, once per lost node that matters to it. */
  static WorkloadState announced(WorkloadState state, World world) {
    var workload = state.records().workload();
    long delay = workload == null ? 0 : delayMillis(workload, world);
    if (workload == null || delay == 0) {
      return state;
    }
    long wait = delay + workload.policy().lostAfterMillis();
    var said =
        new Occurrence(
            world.now().wallMillis(),
            true,
            "",
            "",
            "",
            "Paced",
            "%d of %d nodes are gone at once: what they ran is replaced little by little, that of %s in %d s"
                .formatted(
                    world.lostNodes(), world.nodes().size(), workload.key(), (wait + 999) / 1000));
    var soft = state.soft();
    return state.with(soft.with(soft.happenings().plus(said, world.now().bootMillis())));
  }

  static boolean isLost(Candidate candidate) {
    return candidate.access() == Candidate.Access.DOWN;
  }
}
