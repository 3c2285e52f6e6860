package dev.regrow.chaos.simulation;

import dev.regrow.chaos.simulation.Event.Action;

/** Carries faults out, and undoes each after its time. */
final class Faults {

  private final SimulatedCluster cluster;
  private boolean over;

  Faults(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  /** Returns whether it is a fault at all. */
  boolean begin(Action action) {
    if (action instanceof Event.MachineDies dies) {
      var node = node(dies.node());
      node.die();
      later(dies.forMillis(), node::start);
    } else if (action instanceof Event.JvmDies dies) {
      var node = node(dies.node());
      node.killJvm();
      later(dies.forMillis(), node::start);
    } else if (action instanceof Event.JvmHangs hangs) {
      var node = node(hangs.node());
      node.pause();
      later(hangs.forMillis(), node::resume);
    } else if (action instanceof Event.AllDie all) {
      cluster.nodes.forEach(SimulatedNode::die);
      cluster.nodes.forEach(
          node -> later(all.forMillis() + cluster.stage.random.nextInt(3_000), node::start));
    } else if (action instanceof Event.SlowDisk slow) {
      var disk = node(slow.node()).disk;
      disk.fsyncMillis = slow.fsyncMillis();
      later(slow.forMillis(), () -> disk.fsyncMillis = 2);
    } else if (action instanceof Event.DiskLost lost) {
      loseDisk(node(lost.node()), lost.forMillis());
    } else if (action instanceof Event.ProcessDies dies) {
      var machine = node(dies.node()).machine;
      machine.alive().stream().findFirst().ifPresent(machine::end);
    } else {
      return beginOfNetwork(action);
    }
    return true;
  }

  private boolean beginOfNetwork(Action action) {
    var network = cluster.network;
    int count = cluster.nodes.size();
    if (action instanceof Event.CutOff cut) {
      for (int one : cut.nodes()) {
        for (int other = 0; other < count; other++) {
          if (!cut.nodes().contains(other)) {
            cut(one, other, cut.forMillis());
            cut(other, one, cut.forMillis());
          }
        }
      }
    } else if (action instanceof Event.OneWay oneWay) {
      cut(oneWay.from(), oneWay.to(), oneWay.forMillis());
    } else if (action instanceof Event.Bridge bridge) {
      for (int one = 0; one < count; one++) {
        for (int other = 0; other < count; other++) {
          boolean apart = (one - bridge.middle() + count) % count <= count / 2;
          boolean otherApart = (other - bridge.middle() + count) % count <= count / 2;
          if (one != bridge.middle() && other != bridge.middle() && apart != otherApart) {
            cut(one, other, bridge.forMillis());
          }
        }
      }
    } else if (action instanceof Event.Lossy lossy) {
      network.loss = lossy.percent() / 100.0;
      network.repeat = network.loss;
      later(
          lossy.forMillis(),
          () -> {
            network.loss = 0;
            network.repeat = 0;
          });
    } else if (action instanceof Event.Late late) {
      network.late = late.millis();
      later(late.forMillis(), () -> network.late = 0);
    } else {
      return false;
    }
    return true;
  }

  private void cut(int from, int to, long forMillis) {
    cluster.network.cut(from, to, true);
    later(forMillis, () -> cluster.network.cut(from, to, false));
  }

  private void loseDisk(SimulatedNode node, long forMillis) {
    boolean harmless = !cluster.servers.contains(node.number) || cluster.canLoseADisk();
    if (harmless) {
      node.die();
      node.disk.wipe(cluster.bugs.contains(Bug.VOTE_FROM_EMPTY_LOG));
      later(forMillis, node::start);
    }
  }

  private void later(long millis, Runnable undo) {
    cluster.stage.after(
        millis,
        () -> {
          if (!over) {
            undo.run();
          }
        });
  }

  /** All that is still so ends now. */
  void endAll() {
    over = true;
    cluster.network.heal();
    for (var node : cluster.nodes) {
      node.disk.fsyncMillis = 2;
      node.resume();
      node.start();
    }
  }

  private SimulatedNode node(int number) {
    return cluster.nodes.get(number);
  }
}
