package dev.regrow.core.placement;

import dev.regrow.core.model.NodeRef;
import java.util.List;

/** Where an instance goes, or why it can go nowhere; with a reason for every other node. */
public sealed interface Placed {

  List<PassedOver> passedOver();

  /**
   * @param why a sentence, with why the others were passed over
   */
  record On(NodeRef node, String why, List<PassedOver> passedOver) implements Placed {}

  /**
   * @param why what nodes lack, as {@code node n1 lacks 200 MiB memory}
   */
  record Nowhere(String why, List<PassedOver> passedOver) implements Placed {}
}
