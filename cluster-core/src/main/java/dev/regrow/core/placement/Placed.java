package dev.regrow.core.placement;

import dev.regrow.core.model.NodeRef;

/** Where an instance goes, or why it can go nowhere. */
public sealed interface Placed {

  /**
   * @param why a sentence, with why the others were passed over
   */
  record On(NodeRef node, String why) implements Placed {}

  /**
   * @param why what each node lacks, as {@code node n1 lacks 200 MiB memory}
   */
  record Nowhere(String why) implements Placed {}
}
