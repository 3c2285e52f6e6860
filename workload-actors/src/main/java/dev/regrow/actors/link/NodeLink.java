package dev.regrow.actors.link;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The way from workload entities to the agents of nodes, near or far.
 *
 * <p>Thread-safe and never blocking. Delivery is at most once: who needs an answer asks again.
 */
public interface NodeLink {

  /** Sends an order to the agent of a node; an unknown or unreachable node loses it. */
  void order(String nodeUid, NodeOrder order);

  /**
   * Asks the agent of a node to tell again how each of its instances is. Facts may be lost, so
   * entities ask whenever they have waited for one too long.
   */
  void askForFacts(String nodeUid);

  /**
   * What an image stands for on the first node that has it, a layout or one that was pulled; no
   * registry is asked.
   *
   * @param never whether only what was pulled counts
   * @return empty if no node has it, or says so in time
   */
  CompletionStage<Optional<String>> lookUp(String image, boolean never);
}
