package dev.regrow.actors.control;

import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Scheduling;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Node;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What people ask of nodes. */
final class NodeChanges {

  private final Membership membership;
  private final NodeReads nodes;
  private final Supplier<Now> clock;

  NodeChanges(Store store, NodeReads nodes, Supplier<Now> clock) {
    membership = new Membership(store);
    this.nodes = nodes;
    this.clock = clock;
  }

  CompletionStage<Node> cordon(String node) {
    return change(node, Scheduling::cordoned);
  }

  CompletionStage<Node> uncordon(String node) {
    return change(node, Scheduling::opened);
  }

  CompletionStage<Node> drain(String node, Duration timeout) {
    long now = clock.get().wallMillis();
    return change(node, stored -> Scheduling.draining(stored, now, timeout.toMillis()));
  }

  CompletionStage<Cluster> raiseFeatureLevel() {
    return membership
        .raiseFeatureLevel()
        .thenCompose(raised -> nodes.cluster(new ReadPoint(true, 0)));
  }

  private CompletionStage<Node> change(String node, UnaryOperator<StoredNode> change) {
    var consistent = new ReadPoint(true, 0);
    return nodes
        .node(node, consistent)
        .thenCompose(found -> membership.change(found.getUid(), change))
        .thenCompose(changed -> nodes.node(node, consistent));
  }
}
