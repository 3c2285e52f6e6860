package dev.regrow.actors.link;

import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.RestartPolicy;

/**
 * Imperative: what an entity tells the agent of a node. Every order names the workload's uid, the
 * instance and the epoch of the assignment (the index of the commit that made it); an agent refuses
 * what is older than what it knows. Orders may be lost or repeated: each is idempotent.
 */
public sealed interface NodeOrder extends WireMessage {

  AssignmentRef assignment();

  /**
   * Have this instance running; start it if it is not there. An exclusive one, and one that is to
   * be stopped where its node is cut off, starts only once the node's lease was renewed for it.
   *
   * @param exclusive whether it lives on the node's usual lease, which is that of exclusive ones
   * @param stopAfterMillis how long it lives on a node that is cut off, if not so long; 0: for ever
   */
  record Run(
      @Tag(1) AssignmentRef assignment,
      @Tag(2) InstanceTemplate template,
      @Tag(3) RestartPolicy restart,
      @Tag(4) boolean exclusive,
      @Tag(5) long restartGeneration,
      @Tag(6) long stopAfterMillis)
      implements NodeOrder {

    /** For ever. */
    public Run(
        AssignmentRef assignment,
        InstanceTemplate template,
        RestartPolicy restart,
        boolean exclusive,
        long restartGeneration) {
      this(assignment, template, restart, exclusive, restartGeneration, 0);
    }
  }

  /**
   * End it and do not start it again, ever, also when a {@link Run} of it comes later. The answer
   * is {@link NodeFact.Observed} with its end (phase Exited or Failed); an agent that has no such
   * instance answers Exited.
   */
  record Stop(@Tag(1) AssignmentRef assignment, @Tag(2) String reason) implements NodeOrder {}

  /** Its end is on record: remove what is left of it. */
  record Forget(@Tag(1) AssignmentRef assignment) implements NodeOrder {}
}
