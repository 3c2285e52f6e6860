package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.NodeRef;

/** Which instance on which node an order or a fact is about. */
public record Target(
    NodeRef node, String workloadUid, InstanceId id, int slot, long revision, long epoch) {

  public static Target of(Assignment assignment, String workloadUid) {
    return new Target(
        assignment.node(),
        workloadUid,
        assignment.id(),
        assignment.slot(),
        assignment.revision(),
        assignment.epoch());
  }
}
