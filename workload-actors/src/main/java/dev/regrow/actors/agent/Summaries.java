package dev.regrow.actors.agent;

import dev.regrow.actors.instance.SupervisedNode;
import dev.regrow.actors.link.NodeFact;
import java.util.stream.Stream;

/** How the node's capacity is told. */
final class Summaries {

  private Summaries() {}

  private static Stream<String> storeTroubles(NodeAgent.Identity identity) {
    return identity.troubles().get().stream().map(NodeFact.Summary.OF_STORE::concat);
  }

  static NodeFact.Summary of(
      NodeAgent.Identity identity,
      SupervisedNode node,
      Roster roster,
      UsageSample usage,
      boolean schedulable,
      long sequence) {
    var machine = node.runtime().machine();
    var reserved = roster.reserved();
    return new NodeFact.Summary(
        identity.nodeUid(),
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
        Stream.concat(machine.warnings().stream(), storeTroubles(identity)).toList(),
        sequence,
        reserved.ports().codes());
  }
}
