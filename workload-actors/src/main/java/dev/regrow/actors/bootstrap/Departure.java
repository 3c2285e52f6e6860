package dev.regrow.actors.bootstrap;

import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Scheduling;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does before its machine shuts down: what it runs is replaced elsewhere first, at the
 * pace of each workload, as in any drain. Where there is no elsewhere, nothing is waited for.
 */
final class Departure {

  private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final String WITNESS = "witness";

  private final String nodeUid;
  private final Store store;
  private final Membership membership;

  Departure(String nodeUid, Store store) {
    this.nodeUid = nodeUid;
    this.store = store;
    this.membership = new Membership(store);
  }

  /**
   * Drains this node.
   *
   * @return completes when nothing is left that can go elsewhere, at the latest when that time is
   *     over, with what is to be told; fails if the store cannot be asked
   */
  CompletionStage<String> within(Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    return membership
        .nodes()
        .thenCombine(assignments(), (nodes, mine) -> begun(nodes, mine, time, deadline))
        .thenCompose(told -> told)
        .toCompletableFuture()
        .copy()
        .orTimeout(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private CompletionStage<String> begun(
      List<StoredNode> nodes, int mine, Duration time, long deadline) {
    if (mine == 0) {
      return CompletableFuture.completedStage("nothing runs here");
    }
    if (!hasElsewhere(nodes, nodeUid)) {
      return CompletableFuture.completedStage(
          "no other node takes instances, so what runs here ends with this machine (%d)"
              .formatted(mine));
    }
    LOG.info("what runs here is replaced elsewhere first, for at most {} ({})", time, mine);
    return membership
        .change(
            nodeUid, node -> Scheduling.leaving(node, System.currentTimeMillis(), time.toMillis()))
        .thenCompose(draining -> followed(deadline));
  }

  private CompletionStage<String> followed(long deadline) {
    return membership
        .nodes()
        .thenCombine(assignments(), (nodes, left) -> judged(nodes, left, deadline))
        .thenCompose(
            told ->
                told.isPresent()
                    ? CompletableFuture.completedStage(told.get())
                    : later().thenCompose(now -> followed(deadline)));
  }

  private Optional<String> judged(List<StoredNode> nodes, int left, long deadline) {
    boolean drains =
        nodes.stream()
            .filter(node -> node.getUid().equals(nodeUid))
            .anyMatch(node -> node.getScheduling() == NodeScheduling.DRAINING);
    if (left == 0) {
      return Optional.of("all that ran here was replaced elsewhere");
    }
    if (!drains || System.nanoTime() - deadline > 0 || !hasElsewhere(nodes, nodeUid)) {
      return Optional.of("not all could go elsewhere in time (%d left)".formatted(left));
    }
    return Optional.empty();
  }

  /** Whether anybody but that node may take instances, by what is on record. */
  static boolean hasElsewhere(List<StoredNode> nodes, String nodeUid) {
    return nodes.stream()
        .filter(node -> !node.getUid().equals(nodeUid))
        .anyMatch(
            node ->
                node.getPhase() != NodePhase.NODE_DOWN
                    && node.getRemovedAt() == 0
                    && node.getAwayUntil() == 0
                    && node.getScheduling() == NodeScheduling.OPEN
                    && !node.getRolesList().contains(WITNESS));
  }

  private CompletionStage<Integer> assignments() {
    return store
        .range(RangeQuery.prefix(Keys.nodeAssignments(nodeUid)))
        .thenApply(found -> found.entries().size());
  }

  private static CompletionStage<Void> later() {
    return CompletableFuture.runAsync(
        () -> {}, CompletableFuture.delayedExecutor(LOOK.toMillis(), TimeUnit.MILLISECONDS));
  }
}
