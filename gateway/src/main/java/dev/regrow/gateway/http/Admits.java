package dev.regrow.gateway.http;

import dev.regrow.core.identity.NodeRole;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.util.concurrent.CompletionStage;

/** Lets new nodes into the cluster. */
@FunctionalInterface
public interface Admits {

  /**
   * @param role what the node is to be
   * @return fails with a {@code Refusal}
   */
  CompletionStage<NodeJoinReply> admit(NodeJoinRequest request, NodeRole role);
}
