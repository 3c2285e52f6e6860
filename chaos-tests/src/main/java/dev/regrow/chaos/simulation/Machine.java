package dev.regrow.chaos.simulation;

import dev.regrow.actors.link.NodeOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The processes on one machine, each with its shim: they outlive the JVM. */
final class Machine {

  private static final long KILL_BOUND = 900;

  private final SimulatedNode node;
  private final List<Living> processes = new ArrayList<>();

  Machine(SimulatedNode node) {
    this.node = node;
  }

  /** One process and what its shim knows. */
  static final class Living {
    NodeOrder.Run run;
    final boolean leased;
    boolean alive = true;

    /** By the time of the stage, with the machine's clock taken into account. */
    long deadline;

    /** The agent that is there, if one is. */
    Consumer<Living> exited = process -> {};

    Living(NodeOrder.Run run, boolean leased, long deadline) {
      this.run = run;
      this.leased = leased;
      this.deadline = deadline;
    }

    String slot() {
      return run.assignment().workload() + "/" + run.assignment().slot();
    }
  }

  Living start(NodeOrder.Run run, boolean leased, long deadline) {
    var process = new Living(run, leased, deadline);
    processes.add(process);
    node.cluster.audit.started(node, process);
    if (leased && !node.has(Bug.IGNORE_LEASE)) {
      watch(process);
    }
    return process;
  }

  private void watch(Living process) {
    long left = process.deadline - node.cluster.stage.millis();
    if (!process.alive) {
      return;
    }
    if (left > 0) {
      node.cluster.stage.after(left, () -> watch(process));
      return;
    }
    // It kills within the time that the majority counts on.
    node.cluster.stage.after(
        node.cluster.stage.random.nextInt((int) KILL_BOUND), () -> end(process));
  }

  void end(Living process) {
    if (process.alive) {
      process.alive = false;
      processes.remove(process);
      process.exited.accept(process);
    }
  }

  List<Living> alive() {
    return List.copyOf(processes);
  }

  void killAll() {
    for (var process : alive()) {
      process.exited = nobody -> {};
      end(process);
    }
  }
}
