package dev.regrow.chaos.simulation;

import dev.regrow.chaos.history.WatchStream;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.WatchListener;
import java.util.ArrayList;
import java.util.List;

/**
 * Clients that watch workloads and go to another node, with the last index, when theirs is gone.
 */
final class Watchers {

  private final SimulatedCluster cluster;
  private final List<Watcher> watchers = new ArrayList<>();

  private static final class Watcher {
    int node;
    int life;
    long last;
    final List<WatchStream.Change> told = new ArrayList<>();
  }

  Watchers(SimulatedCluster cluster, int count) {
    this.cluster = cluster;
    for (int i = 0; i < count; i++) {
      var watcher = new Watcher();
      watcher.node = i % cluster.nodes.size();
      watcher.life = 1;
      watchers.add(watcher);
    }
  }

  /** A node knows more now. */
  void applied(SimulatedNode node) {
    for (var watcher : watchers) {
      if (watcher.node == node.number && watcher.life == node.life()) {
        tell(watcher, node);
      }
    }
  }

  private void tell(Watcher watcher, SimulatedNode node) {
    node.store()
        .replica()
        .read(state -> state.changesAfter(watcher.last))
        .ifPresent(
            later ->
                later.forEach(
                    (index, changes) -> {
                      tell(watcher, index, changes);
                      watcher.last = Math.max(watcher.last, index);
                    }));
  }

  private static void tell(Watcher watcher, long index, List<WatchListener.Change> changes) {
    for (var change : changes) {
      if (change.key().startsWith(Keys.WORKLOADS)) {
        watcher.told.add(new WatchStream.Change(index, change.key()));
      }
    }
  }

  /** Once in a while: who sits at a dead node goes elsewhere. */
  void look() {
    for (var watcher : watchers) {
      var there = cluster.nodes.get(watcher.node);
      if (!there.isUp() || there.life() != watcher.life) {
        var next = cluster.nodes.get(cluster.stage.random.nextInt(cluster.nodes.size()));
        if (next.isUp() && !next.isPaused()) {
          watcher.node = next.number;
          watcher.life = next.life();
          watcher.last += cluster.bugs.contains(Bug.DROP_WATCH_EVENT) ? 1 : 0;
          tell(watcher, next);
        }
      }
    }
  }

  /** In the end, against what a replica that knows all remembers. */
  void judge(SimulatedNode best) {
    var all = new ArrayList<WatchStream.Change>();
    best.store()
        .replica()
        .read(state -> state.changesAfter(0))
        .ifPresent(
            later ->
                later.forEach(
                    (index, changes) ->
                        changes.stream()
                            .filter(change -> change.key().startsWith(Keys.WORKLOADS))
                            .forEach(c -> all.add(new WatchStream.Change(index, c.key())))));
    for (var watcher : watchers) {
      for (var fault : WatchStream.faults(0, watcher.told, all, watcher.last)) {
        cluster.audit.broken("a watch tells each change once, in order", fault);
      }
    }
  }
}
