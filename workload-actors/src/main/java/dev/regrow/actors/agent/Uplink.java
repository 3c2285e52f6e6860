package dev.regrow.actors.agent;

import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The way from the agent to the cluster, while there is one. Thread-safe, never blocking. */
public interface Uplink {

  void send(NodeFact fact);

  /**
   * What this node is to run, as a majority knows it now; answers or fails within seconds. That it
   * was answered also proves that this node is not cut off.
   */
  CompletionStage<List<NodeOrder.Run>> assignments();
}
