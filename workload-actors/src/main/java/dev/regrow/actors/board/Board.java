package dev.regrow.actors.board;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.core.codec.LiveCodec;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Now;
import dev.regrow.core.placement.Fleet;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The newest that each node has said of itself and of its instances. Thread-safe.
 *
 * <p>What was placed a moment ago is debited from its node until the node itself speaks of it, so
 * that two entities on this server do not count on the same room.
 */
public final class Board {

  private final Supplier<Now> clock;
  private final Map<InstanceId, Heard> instances = new ConcurrentHashMap<>();
  private final Map<String, Summed> nodes = new ConcurrentHashMap<>();
  private final Roll roll = new Roll();
  private final Map<String, Boolean> lost = new ConcurrentHashMap<>();
  private final List<Consumer<Changed>> listeners = new CopyOnWriteArrayList<>();

  public Board(Supplier<Now> clock) {
    this.clock = clock;
  }

  /** The newest report of an instance. */
  public record Heard(NodeFact.Observed fact, Live live) {}

  private record Summed(NodeFact.Summary summary, long heardBootMillis) {}

  /** Something here is new. */
  public sealed interface Changed {
    record InstanceChanged(AssignmentRef assignment) implements Changed {}

    record NodeChanged(String nodeUid) implements Changed {}
  }

  /** Takes in what a node says; older and repeated reports change nothing. */
  public void learn(NodeFact fact) {
    if (fact instanceof NodeFact.Observed observed) {
      observed(observed);
    } else if (fact instanceof NodeFact.Refused refused) {
      roll.undebit(new InstanceId(refused.assignment().instanceId()));
      summed(refused.summary());
    } else if (fact instanceof NodeFact.Summary summary) {
      summed(summary);
    }
  }

  private void observed(NodeFact.Observed fact) {
    var id = new InstanceId(fact.assignment().instanceId());
    roll.undebit(id);
    var live = LiveCodec.live(fact.instance(), fact.sequence(), clock.get().bootMillis());
    var news = new boolean[1];
    instances.compute(
        id,
        (key, before) -> {
          if (before != null && !newer(before, fact)) {
            return before;
          }
          news[0] = before == null || !before.fact().instance().equals(fact.instance());
          return new Heard(fact, live.after(before == null ? null : before.live()));
        });
    if (news[0]) {
      tell(new Changed.InstanceChanged(fact.assignment()));
    }
  }

  private static boolean newer(Heard before, NodeFact.Observed fact) {
    boolean same = before.fact().assignment().epoch() == fact.assignment().epoch();
    return same
        ? !before.live().phase().isFinal() && fact.sequence() >= before.fact().sequence()
        : fact.assignment().epoch() > before.fact().assignment().epoch();
  }

  private void summed(NodeFact.Summary summary) {
    var next = new Summed(summary, clock.get().bootMillis());
    var kept =
        nodes.merge(
            summary.nodeUid(),
            next,
            (before, after) ->
                after.summary().sequence() < before.summary().sequence()
                        && after.heardBootMillis() - before.heardBootMillis() < Roll.SILENT_MILLIS
                    ? before
                    : after);
    if (next.equals(kept)) {
      roll.summed(summary, next.heardBootMillis());
      tell(new Changed.NodeChanged(summary.nodeUid()));
    }
  }

  /** Counts an instance against a node until that speaks of it. */
  public void debit(NodeRef node, InstanceId id, Demand demand) {
    roll.debit(node.uid(), id, demand, clock.get().bootMillis());
  }

  /** What was to be placed was not. */
  public void undebit(InstanceId id) {
    roll.undebit(id);
  }

  /** What is no more is not kept. */
  public void forget(InstanceId id) {
    instances.remove(id);
    roll.undebit(id);
  }

  /** A node is gone; what it last said is no longer so. */
  public void lost(String nodeUid, boolean gone) {
    var before = gone ? lost.put(nodeUid, true) : lost.remove(nodeUid);
    roll.lost(nodeUid, gone);
    if ((before != null) != gone) {
      tell(new Changed.NodeChanged(nodeUid));
    }
  }

  public Set<String> lostNodes() {
    return Set.copyOf(lost.keySet());
  }

  public Optional<Heard> heard(InstanceId id) {
    return Optional.ofNullable(instances.get(id));
  }

  /** What a node last said of this very assignment. */
  public @Nullable Heard heard(InstanceId id, long epoch) {
    var heard = instances.get(id);
    return heard != null && heard.fact().assignment().epoch() == epoch ? heard : null;
  }

  public Optional<NodeFact.Summary> summary(String nodeUid) {
    return Optional.ofNullable(nodes.get(nodeUid)).map(Summed::summary);
  }

  /** Every instance that is spoken of. */
  public Set<InstanceId> known() {
    return Set.copyOf(instances.keySet());
  }

  /** Whether a node has spoken lately. */
  public boolean speaking(String nodeUid) {
    return roll.speaking(nodeUid, clock.get().bootMillis());
  }

  /** What is stored of a node. Returns whether placement sees it in another way now. */
  public boolean recorded(StoredNode record) {
    boolean changed = roll.recorded(record);
    if (changed) {
      tell(new Changed.NodeChanged(record.getUid()));
    }
    return changed;
  }

  /** A node is not of the cluster any more. */
  public void removed(String nodeUid) {
    nodes.remove(nodeUid);
    lost.remove(nodeUid);
    roll.removed(nodeUid);
  }

  /** Whether the instances of a node are to move elsewhere. */
  public boolean draining(String nodeUid) {
    return roll.scheduling(nodeUid) == NodeScheduling.DRAINING;
  }

  /** The uids of all nodes whose instances are to move elsewhere. */
  public Set<String> drainingNodes() {
    return roll.draining();
  }

  /** Whether a node was taken out of the cluster for good. */
  public boolean isRemoved(String nodeUid) {
    return roll.removedNodes().contains(nodeUid);
  }

  /** The uids of those that were taken out and whose records are still there. */
  public Set<String> removedNodes() {
    return roll.removedNodes();
  }

  /** All nodes that have ever spoken or are on record, as placement sees them. */
  public Fleet fleet() {
    return roll.at(clock.get().bootMillis());
  }

  /** Tells {@code listener} of everything new until the returned is run; it must not block. */
  public Runnable listen(Consumer<Changed> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void tell(Changed changed) {
    listeners.forEach(listener -> listener.accept(changed));
  }
}
