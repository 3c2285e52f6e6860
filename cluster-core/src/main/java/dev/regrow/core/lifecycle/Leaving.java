package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Workload;
import dev.regrow.core.reconcile.Standing;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the instances of one workload on a node that is being drained wait for. Pure. */
public final class Leaving {

  private final Workload workload;
  private final Records records;
  private final Map<InstanceId, Live> live;
  private final World world;

  private Leaving(Workload workload, Records records, Map<InstanceId, Live> live, World world) {
    this.workload = workload;
    this.records = records;
    this.live = live;
    this.world = world;
  }

  /**
   * By slot, as {@code web-0}, of those that may still be alive.
   *
   * @param records with the present revision
   */
  public static SortedMap<String, String> waits(
      Workload workload, Records records, Map<InstanceId, Live> live, World world, String nodeUid) {
    var leaving = new Leaving(workload, records, live, world);
    var waits = new TreeMap<String, String>();
    for (var assignment : records.assignments().values()) {
      if (assignment.node().uid().equals(nodeUid) && !leaving.standing(assignment).ended()) {
        waits.put(workload.slotName(assignment.slot()), leaving.wait(assignment));
      }
    }
    return waits;
  }

  private Standing standing(Assignment assignment) {
    return Standings.member(workload, assignment, live.get(assignment.id()), null, null, world)
        .standing();
  }

  private String wait(Assignment assignment) {
    if (assignment.stopping()) {
      return "it is stopping";
    }
    var replacement = replacement(assignment);
    if (replacement != null) {
      return "its replacement %s on %s is not ready yet"
          .formatted(replacement.id(), replacement.node().name());
    }
    var current = records.current();
    if (current != null && !current.template().volumes().isEmpty()) {
      return "its volume %s is on this node, and stays here"
          .formatted(String.join(", ", current.template().volumes()));
    }
    var nowhere = world.nowhere(workload, records);
    if (nowhere != null) {
      return nowhere;
    }
    return "it waits for its turn: the update of %s moves %d at a time"
        .formatted(
            workload.key(),
            Math.max(1, workload.policy().effectiveSurge() + workload.policy().unavailable()));
  }

  private @Nullable Assignment replacement(Assignment assignment) {
    return records.assignments().values().stream()
        .filter(other -> other.slot() == assignment.slot() && !other.stopping())
        .filter(other -> !other.node().equals(assignment.node()) && other.ended() == null)
        .filter(other -> !world.drains(other.node()))
        .findFirst()
        .orElse(null);
  }
}
