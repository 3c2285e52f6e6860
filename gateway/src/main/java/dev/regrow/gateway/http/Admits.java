package dev.regrow.gateway.http;

import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.util.concurrent.CompletionStage;

/** Lets new nodes into the cluster. */
@FunctionalInterface
public interface Admits {

  /**
   * @param server whether the node is to keep the store, too
   * @return fails with a {@code Refusal}
   */
  CompletionStage<NodeJoinReply> admit(NodeJoinRequest request, boolean server);
}
