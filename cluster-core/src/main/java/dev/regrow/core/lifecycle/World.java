package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Now;
import dev.regrow.core.placement.Candidate;
import java.util.List;

/** What is so outside a workload at the moment of a decision. */
public record World(Now now, List<Candidate> nodes) {

  public World {
    nodes = List.copyOf(nodes);
  }
}
