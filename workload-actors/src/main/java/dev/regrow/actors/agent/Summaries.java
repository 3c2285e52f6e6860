package dev.regrow.actors.agent;

import dev.regrow.actors.instance.InstanceSupervisor;
import dev.regrow.actors.link.NodeFact;

/** How the node's capacity is told. */
final class Summaries {

  private Summaries() {}

  static NodeFact.Summary of(
      String nodeUid,
      InstanceSupervisor.Node node,
      Roster roster,
      UsageSample usage,
      boolean schedulable,
      long sequence) {
    var machine = node.runtime().machine();
    var reserved = roster.reserved();
    return new NodeFact.Summary(
        nodeUid,
        node.name(),
        machine.cpuMillis(),
        machine.memoryBytes(),
        machine.pids(),
        reserved.cpuMillis(),
        reserved.memoryBytes(),
        reserved.pids(),
        usage.memoryBytes(),
        usage.cpuMillis(),
        roster.alive(),
        schedulable,
        machine.warnings(),
        sequence,
        reserved.ports().codes());
  }
}
