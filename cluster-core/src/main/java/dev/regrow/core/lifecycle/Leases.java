package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Occurrence;
import dev.regrow.core.model.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Waits until an exclusive instance of a lost node is surely dead.
 *
 * <p>Once it is stored that its lease is given up, no renewal covers it: so it is dead when a lease
 * has passed since then, and if the store's leader was asked after that commit, when a lease has
 * passed since the last renewal that this leader answered. The earlier of the two counts.
 */
final class Leases {

  private Leases() {}

  /** Begins to wait for those that are stored as given up, and asks about them. */
  static WorkloadState watch(WorkloadState state, World world, List<Effect> effects) {
    var soft = state.soft();
    Map<NodeRef, TreeSet<InstanceId>> asked = new LinkedHashMap<>();
    var workload = state.records().workload();
    for (var assignment : state.records().assignments().values()) {
      boolean fresh = !soft.leases().containsKey(assignment.id());
      if (assignment.lease() == Assignment.Lease.GIVEN_UP && fresh && workload != null) {
        // It was stored by now, though perhaps long ago.
        long over = world.now().bootMillis() + holdMillis(workload, assignment);
        soft = soft.withLease(assignment.id(), over);
        asked.computeIfAbsent(assignment.node(), node -> new TreeSet<>()).add(assignment.id());
      }
    }
    asked.forEach((node, ids) -> effects.add(new Effect.AskLease(node.uid(), ids)));
    return state.with(soft);
  }

  /** The leader said when the node's lease was last renewed. */
  static WorkloadState heard(WorkloadState state, Input.LeaseHeard heard, World world) {
    long now = world.now().bootMillis();
    var workload = state.records().workload();
    var soft = state.soft();
    for (var id : heard.ids()) {
      var before = soft.leases().get(id);
      var assignment = state.records().assignments().get(id);
      if (before == null || assignment == null || workload == null) {
        continue;
      }
      long over = now - heard.ageMillis() + holdMillis(workload, assignment);
      long until = Math.min(before, over);
      soft = soft.withLease(id, until);
      if (until > now) {
        soft =
            soft.with(
                soft.happenings().plus(waiting(workload, assignment, until - now, world), now));
      }
    }
    return state.with(soft);
  }

  private static long holdMillis(Workload workload, Assignment assignment) {
    return LeaseTerms.holdMillis(assignment.leaseMillis(workload.policy()));
  }

  private static Occurrence waiting(
      Workload workload, Assignment assignment, long millis, World world) {
    var slot = workload.slotName(assignment.slot());
    return new Occurrence(
        world.now().wallMillis(),
        true,
        assignment.id().value(),
        slot,
        assignment.node().name(),
        "Waiting",
        "waits %d s: node %s may still run %s under its lease"
            .formatted((millis + 999) / 1000, assignment.node().name(), slot));
  }

  /** Why a lost one is not replaced at once. */
  static String words(Workload workload, Assignment assignment) {
    var slot = workload.slotName(assignment.slot());
    return assignment.leased()
        ? "node %s is gone and may still run %s under its lease, which is not renewed any more"
            .formatted(assignment.node().name(), slot)
        : "node %s is gone and may still run %s, which was started without a lease: it is replaced once the node is back, or removed by node-ctl remove --force"
            .formatted(assignment.node().name(), slot);
  }

  /** CLOCK_BOOTTIME in milliseconds of the next end of a lease. */
  static long next(WorkloadState state, long now) {
    return state.soft().leases().values().stream()
        .filter(over -> over > now)
        .min(Long::compare)
        .orElse(Timers.NEVER);
  }
}
