package dev.regrow.chaos.simulation;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.core.store.Call;
import dev.regrow.core.store.TxnResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sees everything, and remembers each promise that is broken. */
final class Audit {

  private static final int KEPT = 20;

  /**
   * @param promise what was promised, in a word or two
   * @param words what happened
   */
  record Violation(String promise, long atMillis, String words) {
    @Override
    public String toString() {
      return "%s, broken at %d ms: %s".formatted(promise, atMillis, words);
    }
  }

  private final SimulatedCluster cluster;
  private final List<Violation> violations = new ArrayList<>();
  private final Map<Integer, LogEntry> agreed = new HashMap<>();
  private final Map<Long, String> acknowledged = new TreeMap<>();
  private final Map<String, Long> newestTaken = new HashMap<>();
  private final Map<Long, String> formedAfter = new HashMap<>();

  Audit(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  List<Violation> violations() {
    return violations;
  }

  void broken(String promise, String words) {
    if (violations.size() < KEPT) {
      violations.add(new Violation(promise, cluster.stage.millis(), words));
      cluster.stage.note(promise);
    }
  }

  void applied(SimulatedNode node, int index, LogEntry entry) {
    var before = agreed.putIfAbsent(index, entry);
    if (before != null && !before.equals(entry)) {
      broken(
          "what was agreed on stays",
          "%s applies another entry at place %d of the log than was applied there before"
              .formatted(node.name, index));
    }
    cluster.stage.note(node.name + index);
  }

  void acknowledged(SimulatedNode node, Call call, TxnResult result) {
    if (result instanceof TxnResult.Committed committed) {
      acknowledged.put(
          committed.index(), "call %d of client %d".formatted(call.number(), call.client()));
      cluster.stage.note(node.name + committed.index());
    }
  }

  /** In the end: is it all there? */
  void judgeDurability(long lastIndex) {
    acknowledged.forEach(
        (index, call) -> {
          if (index > lastIndex) {
            broken(
                "what was acknowledged stays",
                "%s was acknowledged at index %d, and the store is at %d in the end"
                    .formatted(call, index, lastIndex));
          }
        });
  }

  void started(SimulatedNode node, Machine.Living process) {
    long same = cluster.processes().filter(p -> id(p).equals(id(process))).count();
    if (same > 1) {
      broken("an instance has one process", "%s is started twice".formatted(id(process)));
    }
    if (process.run.exclusive()) {
      long inSlot =
          cluster
              .processes()
              .filter(p -> p.slot().equals(process.slot()) && p.run.exclusive())
              .count();
      if (inSlot > 1) {
        broken(
            "an exclusive slot has one process",
            "%s starts on %s while another lives".formatted(id(process), node.name));
      }
    }
    cluster.stage.note(id(process));
  }

  /**
   * An agent takes an instance in.
   *
   * @param ordered by an entity, and not because the store said so when the agent began
   */
  void taken(SimulatedNode node, AssignmentRef assignment, boolean ordered) {
    var place =
        "%s %d %s/%s"
            .formatted(node.name, node.life(), assignment.workloadUid(), assignment.slot());
    long newest = newestTaken.merge(place, assignment.epoch(), Math::max);
    if (ordered && newest > assignment.epoch()) {
      broken(
          "no old order is obeyed",
          "%s takes %s of epoch %d, having had epoch %d in that slot"
              .formatted(node.name, assignment.instanceId(), assignment.epoch(), newest));
    }
  }

  private static String id(Machine.Living process) {
    return process.run.assignment().instanceId();
  }

  /**
   * @param after the index of the record of the cluster before
   */
  void formed(SimulatedNode node, String address, long after) {
    var other = formedAfter.putIfAbsent(after, address);
    if (other != null && !other.equals(address)) {
      broken(
          "there is one cluster",
          "%s forms one, as %s has done already from the same state".formatted(address, other));
    }
    cluster.stage.note(node.name + address);
  }
}
