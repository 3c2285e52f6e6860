package dev.regrow.actors.link;

import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.RestartPolicy;

/**
 * Imperative: what an entity tells the agent of a node. Every order names the workload's uid, the
 * instance and the epoch of the assignment (the index of the commit that made it); an agent refuses
 * what is older than what it knows. Orders may be lost or repeated: each is idempotent.
 */
public sealed interface NodeOrder {

  AssignmentRef assignment();

  /** Have this instance running; start it if it is not there. */
  record Run(
      AssignmentRef assignment,
      InstanceTemplate template,
      RestartPolicy restart,
      boolean exclusive,
      long restartGeneration)
      implements NodeOrder {}

  /**
   * End it and do not start it again, ever, also when a {@link Run} of it comes later. The answer
   * is {@link NodeFact.Observed} with its end (phase Exited or Failed); an agent that has no such
   * instance answers Exited.
   */
  record Stop(AssignmentRef assignment, String reason) implements NodeOrder {}

  /** Its end is on record: remove what is left of it. */
  record Forget(AssignmentRef assignment) implements NodeOrder {}
}
