package dev.regrow.chaos.simulation;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Ask;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entities on one node, in place of sharding: whose members a node believes in decides who
 * hosts a workload, so that nodes that know differently have twins, as in a split cluster.
 */
final class Hosting {

  private static final long SWEEP = 5_000;

  private final SimulatedNode node;
  private final NodeStore store;
  private final Board board;
  private final Map<String, Entity> entities = new TreeMap<>();
  private final Map<String, StoredNode> records = new TreeMap<>();

  Hosting(SimulatedNode node, NodeStore store, Board board) {
    this.node = node;
    this.store = store;
    this.board = board;
  }

  void start() {
    store.watch(
        Keys.NODES,
        0,
        new WatchListener() {
          @Override
          public void onChanges(long index, List<Change> changes) {
            changes.stream()
                .map(Change::after)
                .forEach(after -> recorded(after == null ? null : Membership.node(after)));
          }

          @Override
          public void onGone(long oldestIndex) {}
        });
    sweep();
  }

  /** What is stored of nodes, as far as it is known here. */
  Collection<StoredNode> records() {
    return records.values();
  }

  private void recorded(@Nullable StoredNode record) {
    if (record == null) {
      return;
    }
    records.put(record.getUid(), record);
    board.recorded(record);
    boolean lost = record.getPhase() == NodePhase.NODE_DOWN;
    if (board.lostNodes().contains(record.getUid()) != lost) {
      board.lost(record.getUid(), lost);
      var news = lost ? new Input.NodeLost(record.getUid()) : new Input.NodeBack(record.getUid());
      List.copyOf(entities.values()).forEach(entity -> entity.learn(news));
    }
    rehost();
  }

  /** The node that hosts a workload, as far as is known here; null: none does. */
  private @Nullable String host(String workload) {
    var cluster = node.jvm().membership().cluster();
    var members = new ArrayList<String>();
    for (var record : records.values()) {
      if (!cluster.isEmpty()
          && record.getCluster().equals(cluster)
          && record.getPhase() != NodePhase.NODE_DOWN) {
        members.add(record.getUid());
      }
    }
    return members.isEmpty() || !members.contains(node.uid)
        ? null
        : members.get((workload.hashCode() & Integer.MAX_VALUE) % members.size());
  }

  /** Gives up what others host, and begins with what this node does. */
  void rehost() {
    entities.keySet().removeIf(workload -> !node.uid.equals(host(workload)));
    for (var entry : store.replica().read(s -> s.range(WORKLOADS)).entries()) {
      var name = entry.key().substring(entry.key().lastIndexOf('/') + 1);
      if (node.uid.equals(host(name))) {
        entity(name);
      }
    }
  }

  private static final RangeQuery WORKLOADS = RangeQuery.prefix(Keys.WORKLOADS);

  private Entity entity(String workload) {
    return entities.computeIfAbsent(
        workload,
        name -> {
          var entity = new Entity(name, node, store, board, () -> entities.get(name));
          node.later(0, entity::load);
          return entity;
        });
  }

  private void sweep() {
    entities.values().removeIf(Entity::mayGo);
    rehost();
    List.copyOf(entities.values()).forEach(entity -> entity.learn(new Input.Tick()));
    node.later(SWEEP, this::sweep);
  }

  void deliver(NodeFact fact) {
    if (fact instanceof NodeFact.Observed observed) {
      tell(observed.assignment().workload(), fact);
    } else if (fact instanceof NodeFact.Refused refused) {
      tell(refused.assignment().workload(), fact);
    }
  }

  private void tell(String workload, NodeFact fact) {
    var entity = entities.get(workload);
    if (entity != null) {
      entity.hears(fact);
    }
  }

  /** Asks the entity, wherever it is; no answer comes where nobody hosts it. */
  void ask(String workload, Ask ask, Consumer<Answer> answer) {
    var host = host(workload);
    if (host == null) {
      answer.accept(
          new Answer.Refused(Answer.Why.UNAVAILABLE, node.name + " is in no cluster yet"));
      return;
    }
    for (var other : node.cluster.nodes) {
      if (other.uid.equals(host)) {
        node.send(
            other.number,
            at ->
                at.jvm()
                    .hosting()
                    .entity(workload)
                    .ask(ask, said -> at.send(node.number, back -> answer.accept(said))));
      }
    }
  }
}
