package dev.regrow.actors.control;

import dev.regrow.core.codec.WorkloadView;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Drain;
import dev.regrow.v1.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How far the drain of a node is, and what it waits for. */
final class DrainReads {

  /** Workloads that are looked at, and waits that are told. */
  private static final int TOLD_MAX = 20;

  private final Store store;
  private final Reads reads;

  DrainReads(Store store, Reads reads) {
    this.store = store;
    this.reads = reads;
  }

  /** The same node with what its drain waits for, if it has one that is not done. */
  CompletionStage<Node> explained(Node node) {
    if (!node.hasDrain() || node.getDrain().getDone()) {
      return CompletableFuture.completedStage(node);
    }
    var prefix = Keys.nodeAssignments(node.getUid());
    return store
        .range(RangeQuery.prefix(prefix))
        .thenCompose(
            found -> {
              var paths =
                  found.entries().stream()
                      .map(entry -> entry.key().substring(prefix.length()))
                      .map(path -> path.substring(0, path.lastIndexOf('/')))
                      .distinct()
                      .limit(TOLD_MAX)
                      .toList();
              CompletionStage<List<String>> all =
                  CompletableFuture.completedStage(new ArrayList<>());
              for (var path : paths) {
                all = all.thenCompose(waits -> with(waits, path, node.getUid()));
              }
              return all;
            })
        .thenApply(waits -> node.toBuilder().setDrain(drain(node.getDrain(), waits)).build());
  }

  private static Drain drain(Drain drain, List<String> waits) {
    int told = Math.min(TOLD_MAX, waits.size());
    return drain.toBuilder()
        .setRemaining(Math.max(drain.getRemaining(), waits.size()))
        .addAllBlocked(waits.subList(0, told))
        .build();
  }

  private CompletionStage<List<String>> with(List<String> waits, String path, String nodeUid) {
    int slash = path.indexOf('/');
    var namespace = path.substring(0, slash);
    var name = path.substring(slash + 1);
    return store
        .range(RangeQuery.key(Keys.workload(namespace, name)))
        .thenCombine(
            store.range(RangeQuery.prefix(Keys.assignments(namespace, name))),
            (workload, assignments) -> {
              if (!workload.entries().isEmpty()) {
                WorkloadView.leaving(
                        workload.entries().get(0), assignments.entries(), reads.known(), nodeUid)
                    .forEach((slot, why) -> waits.add("%s/%s: %s".formatted(namespace, slot, why)));
              }
              return waits;
            });
  }
}
