package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.sharding.Workloads;
import dev.regrow.core.store.Store;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Where facts come in. */
final class ClusterFacts implements FactReceiver {

  private final Store store;
  private final Board board;
  private final Workloads workloads;

  ClusterFacts(Store store, Board board, Workloads workloads) {
    this.store = store;
    this.board = board;
    this.workloads = workloads;
  }

  @Override
  public void learn(NodeFact fact) {
    board.learn(fact);
  }

  @Override
  public void deliver(NodeFact fact) {
    workloads.deliver(fact);
  }

  @Override
  public CompletionStage<List<NodeOrder.Run>> assignmentsOf(String nodeUid) {
    return new AssignedRuns(store).of(nodeUid);
  }
}
