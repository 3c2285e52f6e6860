package dev.regrow.chaos.simulation;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.core.store.TxnResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One machine: its disk and its processes, and the JVM on it with one life after the other. */
final class SimulatedNode implements RaftHost {

  final SimulatedCluster cluster;
  final int number;
  final String name;
  final String uid;
  final Disk disk;
  final Machine machine;

  /** How much slower its clock is than it should be: 1.005 is half a percent. */
  double slowness = 1;

  private int life;
  private boolean up;
  private boolean paused;
  private final List<Runnable> inbox = new ArrayList<>();
  private @Nullable Jvm jvm;

  /** All that dies with the process. */
  record Jvm(
      Raft raft,
      NodeStore store,
      Board board,
      Agent agent,
      Membership membership,
      Hosting hosting) {}

  SimulatedNode(SimulatedCluster cluster, int number) {
    this.cluster = cluster;
    this.number = number;
    name = "n" + (number + 1);
    uid = "uid-" + name;
    disk = new Disk(new Peer(number, 0));
    machine = new Machine(this);
  }

  void start() {
    if (up) {
      return;
    }
    up = true;
    paused = false;
    inbox.clear();
    life++;
    var raft = new Raft(this, disk);
    var store = new NodeStore(this);
    var board = new Board(cluster.stage::now);
    var hosting = new Hosting(this, store, board);
    jvm = new Jvm(raft, store, board, new Agent(this, store), new Membership(this, store), hosting);
    raft.start();
    jvm.membership().start();
    hosting.start();
    jvm.agent().start();
  }

  /** The JVM is no more; what it started lives on. */
  void killJvm() {
    up = false;
    paused = false;
    life++;
    inbox.clear();
    jvm = null;
    disk.crash();
  }

  void die() {
    killJvm();
    machine.killAll();
  }

  void pause() {
    paused = up;
  }

  void resume() {
    if (paused) {
      paused = false;
      var late = List.copyOf(inbox);
      inbox.clear();
      late.forEach(Runnable::run);
    }
  }

  boolean isUp() {
    return up;
  }

  boolean isPaused() {
    return paused;
  }

  int life() {
    return life;
  }

  long client() {
    return number * 1_000L + life;
  }

  Jvm jvm() {
    if (jvm == null) {
      throw new IllegalStateException(name + " is down");
    }
    return jvm;
  }

  Raft raft() {
    return jvm().raft();
  }

  NodeStore store() {
    return jvm().store();
  }

  /** A message has come; lost when nobody is there, late when the process hangs. */
  void receive(Consumer<SimulatedNode> message) {
    if (up) {
      int then = life;
      awake(then, () -> message.accept(this));
    }
  }

  private void awake(int then, Runnable task) {
    if (then != life) {
      return;
    }
    if (paused) {
      inbox.add(() -> awake(then, task));
    } else {
      task.run();
    }
  }

  @Override
  public void later(long millis, Runnable task) {
    int then = life;
    cluster.stage.after(millis, () -> awake(then, task));
  }

  /** A fact has come from an agent. */
  void hears(NodeFact fact) {
    jvm().board().learn(fact);
    jvm().hosting().deliver(fact);
  }

  void send(int to, Consumer<SimulatedNode> message) {
    cluster.network.send(number, to, () -> cluster.nodes.get(to).receive(message));
  }

  @Override
  public void send(Peer to, Consumer<Raft> message) {
    send(
        to.node(),
        at -> {
          if (to.disk() < 0 || at.disk.self.equals(to)) {
            message.accept(at.raft());
          }
        });
  }

  @Override
  public long between(long least, long most) {
    return cluster.stage.between(least, most);
  }

  @Override
  public long millis() {
    return cluster.stage.millis();
  }

  @Override
  public TxnResult apply(int index, LogEntry entry) {
    cluster.audit.applied(this, index, entry);
    var call = entry.call();
    var result = call == null ? new TxnResult.Committed(0) : store().apply(call);
    cluster.watchers.applied(this);
    return result;
  }

  @Override
  public boolean has(Bug bug) {
    return cluster.bugs.contains(bug);
  }

  @Override
  public Set<Integer> servers() {
    return cluster.servers;
  }

  @Override
  public Set<Peer> founders() {
    return cluster.founders();
  }
}
