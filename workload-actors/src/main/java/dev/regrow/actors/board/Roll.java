package dev.regrow.actors.board;

import dev.regrow.actors.link.NodeFact;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Ports;
import dev.regrow.core.placement.Candidate;
import dev.regrow.core.placement.Candidate.Access;
import dev.regrow.core.placement.Fleet;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All nodes as placement sees them: what is stored of each, what it last said, and what was placed
 * there since. Thread-safe. Asking for them costs a look at each; only what has changed is made
 * anew.
 */
final class Roll {

  /** A node that has said nothing for so long takes no new instances. */
  static final long SILENT_MILLIS = 20_000;

  /** So long what was placed is counted against a node that has not spoken of it. */
  private static final long DEBIT_MILLIS = 10_000;

  private static final String WITNESS = "witness";

  private final TreeMap<String, Line> lines = new TreeMap<>();
  private final Map<InstanceId, Debit> debits = new HashMap<>();
  private final Deque<Debit> byAge = new ArrayDeque<>();
  private Fleet fleet = Fleet.EMPTY;
  private boolean reshaped;

  private record Debit(String nodeUid, InstanceId id, Demand demand, long untilBootMillis) {}

  /** One node. */
  private static final class Line {
    private final String uid;
    private NodeFact.@Nullable Summary summary;
    private long heardBootMillis;
    private @Nullable StoredNode record;
    private boolean lost;
    private final Map<InstanceId, Demand> debits = new HashMap<>();
    private Demand debited = Demand.NONE;
    private @Nullable Candidate candidate;

    Line(String uid) {
      this.uid = uid;
    }

    boolean speaks(long now) {
      return summary != null && !lost && now - heardBootMillis < SILENT_MILLIS;
    }

    /** A witness runs nothing, and who is neither recorded nor heard of is nobody. */
    boolean counts() {
      return record == null
          ? summary != null
          : !isRemoved() && !record.getRolesList().contains(WITNESS);
    }

    boolean isRemoved() {
      return record != null && record.getRemovedAt() > 0;
    }

    boolean isDraining() {
      return record != null && record.getScheduling() == NodeScheduling.DRAINING;
    }

    void recount() {
      candidate = null;
      debited = debits.values().stream().reduce(Demand.NONE, Demand::plus);
    }

    Candidate candidate(long now) {
      var access = access(now);
      if (candidate == null || candidate.access() != access) {
        candidate = made(access);
      }
      return candidate;
    }

    private Access access(long now) {
      if (lost) {
        return Access.DOWN;
      }
      if (record != null && record.getScheduling() != NodeScheduling.OPEN) {
        return record.getScheduling() == NodeScheduling.DRAINING
            ? Access.DRAINING
            : Access.CORDONED;
      }
      if (summary == null || !speaks(now)) {
        return Access.SILENT;
      }
      return summary.schedulable() ? Access.OPEN : Access.CLOSED;
    }

    private Candidate made(Access access) {
      var name = summary != null ? summary.nodeName() : record == null ? uid : record.getName();
      return new Candidate(
          new NodeRef(uid, name),
          access,
          record == null ? Map.of() : record.getLabelsMap(),
          summary == null ? Demand.NONE : capacity(summary),
          summary == null ? debited : reserved(summary).plus(debited));
    }

    private static Demand capacity(NodeFact.Summary summary) {
      return new Demand(
          summary.cpuMillisCapacity(), summary.memoryBytesCapacity(), summary.pidsCapacity());
    }

    private static Demand reserved(NodeFact.Summary summary) {
      return new Demand(
          summary.cpuMillisReserved(),
          summary.memoryBytesReserved(),
          summary.pidsReserved(),
          Ports.of(summary.portsReserved()));
    }
  }

  private Line line(String uid) {
    return lines.computeIfAbsent(uid, Line::new);
  }

  synchronized void summed(NodeFact.Summary summary, long now) {
    var line = line(summary.nodeUid());
    reshaped |= line.summary == null || !line.summary.nodeName().equals(summary.nodeName());
    line.summary = summary;
    line.heardBootMillis = now;
    line.candidate = null;
  }

  /** Returns whether placement sees it in another way now. */
  synchronized boolean recorded(StoredNode record) {
    var line = line(record.getUid());
    var before = line.record;
    line.record = record;
    line.candidate = null;
    boolean same =
        before != null
            && before.getScheduling() == record.getScheduling()
            && before.getRemovedAt() == record.getRemovedAt()
            && before.getName().equals(record.getName())
            && before.getRolesList().equals(record.getRolesList())
            && before.getLabelsMap().equals(record.getLabelsMap());
    reshaped |= !same;
    return !same;
  }

  /** The node is not of the cluster any more. */
  synchronized void removed(String uid) {
    reshaped |= lines.remove(uid) != null;
  }

  synchronized void lost(String uid, boolean gone) {
    line(uid).lost = gone;
  }

  synchronized boolean speaking(String uid, long now) {
    var line = lines.get(uid);
    return line != null && line.speaks(now);
  }

  /** How it is to be treated; null: nothing is stored of it. */
  synchronized @Nullable NodeScheduling scheduling(String uid) {
    var line = lines.get(uid);
    return line == null || line.record == null ? null : line.record.getScheduling();
  }

  synchronized Set<String> draining() {
    return lines.values().stream()
        .filter(Line::isDraining)
        .map(line -> line.uid)
        .collect(Collectors.toUnmodifiableSet());
  }

  synchronized Set<String> removedNodes() {
    return lines.values().stream()
        .filter(Line::isRemoved)
        .map(line -> line.uid)
        .collect(Collectors.toUnmodifiableSet());
  }

  synchronized void debit(String nodeUid, InstanceId id, Demand demand, long now) {
    var debit = new Debit(nodeUid, id, demand, now + DEBIT_MILLIS);
    undebit(id);
    debits.put(id, debit);
    byAge.add(debit);
    var line = line(nodeUid);
    line.debits.put(id, demand);
    line.recount();
  }

  synchronized void undebit(InstanceId id) {
    var debit = debits.remove(id);
    if (debit != null) {
      credit(debit);
    }
  }

  private void credit(Debit debit) {
    var line = lines.get(debit.nodeUid());
    if (line != null) {
      line.debits.remove(debit.id());
      line.recount();
    }
  }

  private void expire(long now) {
    while (!byAge.isEmpty() && byAge.peek().untilBootMillis() <= now) {
      var old = byAge.remove();
      if (debits.remove(old.id(), old)) {
        credit(old);
      }
    }
  }

  /** All nodes as they are known now. */
  @SuppressWarnings("ReferenceEquality") // What has not changed is the very same.
  synchronized Fleet at(long now) {
    expire(now);
    var counted = lines.values().stream().filter(Line::counts).toList();
    if (reshaped || counted.size() != fleet.size()) {
      fleet = Fleet.of(counted.stream().map(line -> line.candidate(now)).toList());
      reshaped = false;
      return fleet;
    }
    boolean changed = false;
    var next = new Candidate[counted.size()];
    for (int i = 0; i < next.length; i++) {
      next[i] = counted.get(i).candidate(now);
      changed |= next[i] != fleet.get(i);
    }
    if (changed) {
      fleet = fleet.changed(next);
    }
    return fleet;
  }
}
