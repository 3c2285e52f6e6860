package dev.regrow.actors.link;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The way from the agents of nodes to the control plane.
 *
 * <p>Thread-safe and never blocking. Each fact goes to {@link #learn} on every server and to {@link
 * #deliver} on one of them; a lost or repeated fact costs delay, never correctness.
 */
public interface FactReceiver {

  /** Takes in what a node says, for reads and placement on this server. */
  void learn(NodeFact fact);

  /** Passes a fact to the workload that it is about, wherever that lives. */
  void deliver(NodeFact fact);

  /**
   * What a node is to run, read linearizably from the store; a restarted agent asks this before it
   * heals anything. Assignments that are to stop are not among them.
   *
   * <p>Fails with a {@link dev.regrow.core.store.StoreException} when the store cannot say.
   */
  CompletionStage<List<NodeOrder.Run>> assignmentsOf(String nodeUid);
}
