package dev.regrow.core.lifecycle;

import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Now;
import dev.regrow.core.placement.Candidate;
import dev.regrow.core.placement.Fleet;
import java.util.List;

/** What is so outside a workload at the moment of a decision. */
public record World(Now now, Fleet nodes) {

  public World(Now now, List<Candidate> nodes) {
    this(now, Fleet.of(nodes));
  }

  /** Whether the instances of a node are to move elsewhere. */
  boolean drains(NodeRef node) {
    return nodes
        .find(node.uid())
        .filter(found -> found.access() == Candidate.Access.DRAINING)
        .isPresent();
  }
}
