package dev.regrow.actors.agent;

import dev.regrow.actors.instance.InstanceSupervisor;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.v1.Instance;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** The instances of this node, and what they reserve. */
final class Roster {

  /** One instance and its supervisor. */
  static final class Entry {
    ActorRef<InstanceSupervisor.Command> supervisor;
    AssignmentRef assignment;
    final Claim claim;
    boolean leased;

    /** The last order for it; none while it is adopted and not confirmed. */
    NodeOrder.@Nullable Run run;

    /** As its supervisor said last. */
    @Nullable Instance instance;

    @Nullable RunningInstance process;
    boolean over;
    boolean forgetWhenOver;

    Entry(
        ActorRef<InstanceSupervisor.Command> supervisor,
        AssignmentRef assignment,
        Claim claim,
        boolean leased,
        NodeOrder.@Nullable Run run) {
      this.supervisor = supervisor;
      this.assignment = assignment;
      this.claim = claim;
      this.leased = leased;
      this.run = run;
    }
  }

  private final TreeMap<String, Entry> entries = new TreeMap<>();

  /** What the node itself needs. */
  private final Claim own;

  Roster(Claim own) {
    this.own = own;
  }

  static InstanceKey keyOf(AssignmentRef assignment) {
    return new InstanceKey(assignment.namespace(), assignment.workload(), assignment.instanceId());
  }

  Optional<Entry> find(AssignmentRef assignment) {
    return Optional.ofNullable(entries.get(keyOf(assignment).toString()));
  }

  Optional<Entry> find(InstanceKey key) {
    return Optional.ofNullable(entries.get(key.toString()));
  }

  void put(Entry entry) {
    entries.put(keyOf(entry.assignment).toString(), entry);
  }

  void remove(Entry entry) {
    entries.remove(keyOf(entry.assignment).toString());
  }

  Collection<Entry> all() {
    return List.copyOf(entries.values());
  }

  /** What instances that are not over hold or will hold, and the node's own. */
  Claim reserved() {
    return entries.values().stream()
        .filter(entry -> !entry.over)
        .map(entry -> entry.claim)
        .reduce(own, Claim::plus);
  }

  /** The same as a workload sees it, whose instances share what it publishes. */
  Claim reservedFor(AssignmentRef assignment) {
    return entries.values().stream()
        .filter(entry -> !entry.over)
        .map(
            entry ->
                entry.assignment.workloadUid().equals(assignment.workloadUid())
                    ? entry.claim.unshared()
                    : entry.claim)
        .reduce(own, Claim::plus);
  }

  int alive() {
    return (int) entries.values().stream().filter(entry -> !entry.over).count();
  }

  boolean hasLeased() {
    return entries.values().stream().anyMatch(entry -> entry.leased && !entry.over);
  }

  boolean hasProcesses() {
    return entries.values().stream().anyMatch(entry -> entry.process != null);
  }
}
