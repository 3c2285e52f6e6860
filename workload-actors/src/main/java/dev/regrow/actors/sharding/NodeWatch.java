package dev.regrow.actors.sharding;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.actors.board.Board;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the store for nodes that are declared dead or alive again or are to be drained, and tells
 * the workloads that have instances there; and for assignments that are no more, so that the board
 * forgets them.
 */
public final class NodeWatch {

  private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);

  private final Store store;
  private final Board board;
  private final Workloads workloads;
  private final Absences absences;

  /** Nodes that workloads were told to be gone for good: it counts more than being lost. */
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private NodeWatch(Store store, Board board, Workloads workloads) {
    this.store = store;
    this.board = board;
    this.workloads = workloads;
    this.absences = new Absences(new Membership(store), System::currentTimeMillis);
  }

  /** Runs for as long as the store does. */
  public static void start(ActorSystem<?> system, Store store, Board board, Workloads workloads) {
    var watch = new NodeWatch(store, board, workloads);
    watch.watchNodes();
    watch.watchAssignments(store.appliedIndex());
    system.systemActorOf(Departures.create(watch::tellOfTheLost), "departures", Props.empty());
  }

  private void watchNodes() {
    store
        .range(RangeQuery.prefix(Keys.NODES))
        .whenComplete(
            (nodes, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "could not read the nodes; their loss is noticed by reports only", failure);
                return;
              }
              nodes.entries().forEach(this::judge);
              store.watch(Keys.NODES, nodes.index(), new Nodes());
            });
  }

  private final class Nodes implements WatchListener {
    @Override
    public void onChanges(long index, List<Change> changes) {
      for (var change : changes) {
        var after = change.after();
        if (after != null) {
          judge(after);
        } else {
          board.removed(change.key().substring(Keys.NODES.length()));
        }
      }
    }

    @Override
    public void onGone(long oldestIndex) {
      watchNodes();
    }
  }

  private void watchAssignments(long from) {
    store.watch(
        Keys.ASSIGNMENTS,
        from,
        new WatchListener() {
          @Override
          public void onChanges(long index, List<Change> changes) {
            for (var change : changes) {
              if (change.after() == null) {
                var key = change.key();
                board.forget(new InstanceId(key.substring(key.lastIndexOf('/') + 1)));
              }
            }
          }

          @Override
          public void onGone(long oldestIndex) {
            watchAssignments(store.appliedIndex());
          }
        });
  }

  private void judge(Entry entry) {
    StoredNode node;
    try {
      node = StoredNode.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException damaged) {
      LOG.error("the record {} cannot be read", entry.key(), damaged);
      return;
    }
    absences.judge(node);
    boolean drained = board.recorded(node) && board.draining(node.getUid());
    boolean lost = node.getPhase() == NodePhase.NODE_DOWN;
    if (drained) {
      tellThoseOn(node.getUid(), new WorkloadCommand.Wake());
    }
    boolean removedNow = node.getRemovedAt() > 0 && !known.contains(node.getUid());
    if (removedNow) {
      known.add(node.getUid());
    } else if (board.lostNodes().contains(node.getUid()) == lost) {
      return;
    }
    board.lost(node.getUid(), lost);
    tellThoseOn(node.getUid(), new WorkloadCommand.NodeChanged(node.getUid(), lost));
  }

  private void tellOfTheLost() {
    for (var uid : board.lostNodes()) {
      tellThoseOn(uid, new WorkloadCommand.NodeChanged(uid, true));
    }
  }

  private void tellThoseOn(String uid, WorkloadCommand.Remote news) {
    var prefix = Keys.nodeAssignments(uid);
    store
        .range(RangeQuery.prefix(prefix))
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                LOG.warn("could not read the assignments of node {}; the sweep will", uid, failure);
                return;
              }
              found.entries().stream()
                  .map(entry -> entry.key().substring(prefix.length()))
                  .map(path -> path.substring(0, path.lastIndexOf('/')))
                  .distinct()
                  .forEach(
                      path -> {
                        int slash = path.indexOf('/');
                        workloads.tell(path.substring(0, slash), path.substring(slash + 1), news);
                      });
            });
  }
}
