package dev.regrow.actors.control;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.workload.RecordsReader;
import dev.regrow.actors.workload.Translation;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Target;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a node is to run, as the store has it. */
public final class AssignedRuns {

  private final Store store;

  public AssignedRuns(Store store) {
    this.store = store;
  }

  /** Linearizable. Fails with a {@link dev.regrow.core.store.StoreException}. */
  public CompletionStage<List<NodeOrder.Run>> of(String nodeUid) {
    var prefix = Keys.nodeAssignments(nodeUid);
    return store
        .range(RangeQuery.prefix(prefix).linearizable())
        .thenCompose(
            found -> {
              CompletionStage<List<NodeOrder.Run>> all =
                  CompletableFuture.completedStage(new ArrayList<>());
              var paths =
                  found.entries().stream()
                      .map(entry -> entry.key().substring(prefix.length()))
                      .map(path -> path.substring(0, path.lastIndexOf('/')))
                      .distinct()
                      .toList();
              for (var path : paths) {
                all = all.thenCompose(runs -> with(runs, path, nodeUid));
              }
              return all;
            });
  }

  private CompletionStage<List<NodeOrder.Run>> with(
      List<NodeOrder.Run> runs, String path, String nodeUid) {
    int slash = path.indexOf('/');
    return new RecordsReader(store)
        .read(path.substring(0, slash), path.substring(slash + 1))
        .thenApply(
            records -> {
              addRuns(runs, records, nodeUid);
              return runs;
            });
  }

  private static void addRuns(List<NodeOrder.Run> runs, Records records, String nodeUid) {
    var workload = records.workload();
    if (workload == null || workload.deleted()) {
      return;
    }
    for (var assignment : records.assignments().values()) {
      var revision = records.revisions().get(assignment.revision());
      boolean wanted =
          assignment.node().uid().equals(nodeUid)
              && !assignment.stopping()
              && assignment.ended() == null;
      if (wanted && revision != null) {
        var target = Target.of(assignment, workload.uid());
        runs.add(
            Translation.run(
                workload, new Effect.SendRun(target, assignment, revision, workload.policy())));
      }
    }
  }
}
