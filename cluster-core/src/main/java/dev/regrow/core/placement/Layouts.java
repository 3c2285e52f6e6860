package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was found out about the labels of a fleet, so that it is not found out for each instance.
 */
final class Layouts {

  /** More kinds of constraints than people think of; beyond them each placement looks by itself. */
  private static final int KEPT = 512;

  private final Candidate[] nodes;
  private final ConcurrentHashMap<Constraints, Layout> known = new ConcurrentHashMap<>();

  /**
   * @param nodes only their names and labels count
   */
  Layouts(Candidate[] nodes) {
    this.nodes = nodes;
  }

  Layout of(Constraints where) {
    var layout = known.get(where);
    if (layout == null) {
      layout = Layout.of(where, nodes);
      if (known.size() < KEPT) {
        known.put(where, layout);
      }
    }
    return layout;
  }
}
