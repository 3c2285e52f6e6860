package dev.regrow.core.lifecycle;

import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Now;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Workload;
import dev.regrow.core.placement.Candidate;
import dev.regrow.core.placement.Fleet;
import dev.regrow.core.placement.Placed;
import dev.regrow.core.placement.Placement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is so outside a workload at the moment of a decision. */
public record World(Now now, Fleet nodes) {

  public World(Now now, List<Candidate> nodes) {
    this(now, Fleet.of(nodes));
  }

  /** How many of them are down. */
  int lostNodes() {
    int lost = 0;
    for (int i = 0; i < nodes.size(); i++) {
      lost += Pacing.isLost(nodes.get(i)) ? 1 : 0;
    }
    return lost;
  }

  /** Whether the instances of a node are to move elsewhere. */
  boolean drains(NodeRef node) {
    return nodes
        .find(node.uid())
        .filter(found -> found.access() == Candidate.Access.DRAINING)
        .isPresent();
  }

  /** Why one more instance of the present revision fits nowhere; null: it does fit somewhere. */
  @Nullable String nowhere(Workload workload, Records records) {
    var revision = records.current();
    if (revision == null) {
      return null;
    }
    var request =
        Placement.Request.first(
            revision.template().demand(), workload.policy().placement(), nodes, 0);
    return Placement.place(request, nodes) instanceof Placed.Nowhere nowhere ? nowhere.why() : null;
  }
}
