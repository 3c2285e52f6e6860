package dev.regrow.actors.control;

import dev.regrow.core.codec.NamespaceCodec;
import dev.regrow.core.codec.RevisionCodec;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.schema.Excess;
import dev.regrow.schema.Relaxations;
import dev.regrow.schema.Schema;
import dev.regrow.v1.FieldError;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keeps workloads within what their namespaces allow when a template is to become theirs. */
final class NamespaceRules {

  private final Store store;

  NamespaceRules(Store store) {
    this.store = store;
  }

  /**
   * Completes when a majority has confirmed that the workload may be so.
   *
   * @param declared with or without its defaults written in
   * @return fails with INVALID, and an error for each field that asks for more than is allowed
   */
  CompletionStage<Void> check(Workload declared) {
    return check(declared.getNamespace(), declared.getInstance());
  }

  private CompletionStage<Void> check(String namespace, InstanceTemplate template) {
    if (Relaxations.excess(template, List.of()).isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    return rules(namespace)
        .thenAccept(
            rules -> {
              var errors =
                  Relaxations.excess(template, rules.getAllowList()).stream()
                      .map(excess -> error(excess, namespace, rules))
                      .toList();
              if (!errors.isEmpty()) {
                var first = errors.get(0);
                throw new Refusal(
                    Refusal.Kind.INVALID,
                    "%s: %s".formatted(first.getField(), first.getMessage()),
                    errors);
              }
            });
  }

  /**
   * Checks what a rollback would bring back.
   *
   * @param revision 0: the one before the current
   * @return the number of the revision that was checked; {@code revision} itself if it is not there
   */
  CompletionStage<Long> checkRevision(WorkloadRef ref, long revision) {
    return store
        .range(RangeQuery.key(Keys.workload(ref.namespace(), ref.name())).linearizable())
        .thenCompose(
            workload ->
                workload.entries().isEmpty()
                    ? CompletableFuture.completedStage(revision)
                    : store
                        .range(
                            RangeQuery.prefix(Keys.revisions(ref.namespace(), ref.name()))
                                .atLeast(workload.index()))
                        .thenCompose(found -> check(ref, wanted(ref, workload, found, revision)))
                        .thenApply(checked -> checked == 0 ? revision : checked));
  }

  private CompletionStage<Long> check(WorkloadRef ref, Optional<Revision> wanted) {
    return wanted.isEmpty()
        ? CompletableFuture.completedStage(0L)
        : check(ref.namespace(), wanted.get().getInstance())
            .thenApply(allowed -> wanted.get().getRevision());
  }

  private static Optional<Revision> wanted(
      WorkloadRef ref, RangeResult workload, RangeResult revisions, long revision) {
    long current = WorkloadCodec.workload(workload.entries().get(0)).rollout().revision();
    return revisions.entries().stream()
        .map(entry -> RevisionCodec.shown(ref.namespace(), ref.name(), entry, false))
        .filter(
            each -> revision == 0 ? each.getRevision() < current : each.getRevision() == revision)
        .reduce((before, after) -> after);
  }

  /**
   * Of one that is not declared: those of {@code default}, so that no name is a way around them.
   */
  private CompletionStage<Namespace> rules(String namespace) {
    return declared(namespace)
        .thenCompose(
            own ->
                own.isPresent()
                    ? CompletableFuture.completedStage(own)
                    : declared(Relaxations.DEFAULT))
        .thenApply(found -> found.orElseGet(Relaxations::builtIn));
  }

  private CompletionStage<Optional<Namespace>> declared(String namespace) {
    return store
        .range(RangeQuery.key(Keys.namespace(namespace)).linearizable())
        .thenApply(found -> found.entries().stream().findFirst().map(NamespaceCodec::shown));
  }

  private static FieldError error(Excess excess, String namespace, Namespace rules) {
    var declared = rules.getName().equals(namespace);
    var message =
        "namespace %s%s does not allow %s; %s, or have an admin add %s to the allow of namespace %s"
            .formatted(
                namespace,
                declared ? "" : " (not declared, so by the rules of namespace default)",
                excess.cause(),
                excess.fix(),
                Schema.text(excess.relaxation()),
                namespace);
    return FieldError.newBuilder().setField(excess.field()).setMessage(message).build();
  }
}
