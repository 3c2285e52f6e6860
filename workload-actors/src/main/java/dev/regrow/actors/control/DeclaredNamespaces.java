package dev.regrow.actors.control;

import dev.regrow.core.codec.NamespaceCodec;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.schema.Relaxations;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Namespaces: as other declared objects, but {@code default} is always there, and one that holds
 * something stays.
 */
final class DeclaredNamespaces implements Objects<Namespace> {

  /** Of each kind; enough to see what is meant. */
  private static final int NAMED_MAX = 3;

  private static final int WARNINGS_MAX = 20;

  private static final List<String> HELD =
      List.of(Keys.WORKLOADS, Keys.CONFIGS, Keys.SECRETS, Keys.VOLUMES);

  private final Store store;
  private final StoredObjects<Namespace> stored;

  DeclaredNamespaces(Store store, StoredObjects<Namespace> stored) {
    this.store = store;
    this.stored = stored;
  }

  @Override
  public CompletionStage<Put<Namespace>> put(Namespace declared, Precondition precondition) {
    return stored.put(declared, precondition);
  }

  /** Names those in it that ask for more than it will allow. */
  @Override
  public CompletionStage<Plan> plan(Namespace declared) {
    var prefix = Keys.WORKLOADS + declared.getName() + "/";
    return stored
        .plan(declared)
        .thenCombine(
            Refusals.of(store.range(RangeQuery.prefix(prefix))),
            (plan, workloads) ->
                plan.toBuilder()
                    .clearNamespace()
                    .addAllWarnings(warnings(declared, prefix, workloads))
                    .build());
  }

  private static List<String> warnings(Namespace declared, String prefix, RangeResult workloads) {
    var warnings = new ArrayList<String>();
    for (var entry : workloads.entries()) {
      var template = WorkloadCodec.template(entry);
      for (var excess : Relaxations.excess(template, declared.getAllowList())) {
        warnings.add(
            "workload %s has %s without %s; it goes on, but its next apply is refused"
                .formatted(
                    entry.key().substring(prefix.length()),
                    excess.cause(),
                    Schema.text(excess.relaxation())));
      }
    }
    return warnings.size() <= WARNINGS_MAX
        ? warnings
        : Stream.concat(
                warnings.stream().limit(WARNINGS_MAX),
                Stream.of("and %d more such".formatted(warnings.size() - WARNINGS_MAX)))
            .toList();
  }

  @Override
  public CompletionStage<Namespace> one(WorkloadRef ref, ReadPoint at) {
    return stored.one(ref, at);
  }

  /** There are few, and small: all are read, so that {@code default} has its place among them. */
  @Override
  public CompletionStage<Listing<Namespace>> list(ListQuery query, ReadPoint at) {
    return Refusals.of(
        store
            .range(Reads.at(RangeQuery.prefix(Keys.NAMESPACES), at))
            .thenApply(
                found -> {
                  var byName = new TreeMap<String, Namespace>();
                  byName.put(Relaxations.DEFAULT, Relaxations.builtIn());
                  for (var entry : found.entries()) {
                    var shown = NamespaceCodec.shown(entry);
                    byName.put(shown.getName(), shown);
                  }
                  var labels = query.labels().entrySet();
                  var wanted =
                      byName.values().stream()
                          .filter(each -> each.getLabelsMap().entrySet().containsAll(labels))
                          .toList();
                  return Pages.cut(wanted, Namespace::getName, query, found.index());
                }));
  }

  /** Fails with CONFLICT while anything is in it. */
  @Override
  public CompletionStage<Namespace> delete(WorkloadRef ref, Precondition precondition) {
    if (ref.name().equals(Relaxations.DEFAULT)) {
      return CompletableFuture.failedStage(
          new Refusal(
              Refusal.Kind.CONFLICT,
              "namespace default is always there; declare it with what it shall allow instead"));
    }
    return Refusals.of(
        held(ref.name())
            .thenCompose(
                held ->
                    held.isEmpty()
                        ? stored.delete(ref, precondition)
                        : CompletableFuture.failedStage(
                            new Refusal(
                                Refusal.Kind.CONFLICT,
                                "namespace %s holds %s; delete what is in it first"
                                    .formatted(ref.name(), String.join(", ", held))))));
  }

  private CompletionStage<List<String>> held(String namespace) {
    CompletionStage<List<String>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (var kind : HELD) {
      var prefix = kind + namespace + "/";
      all =
          all.thenCombine(
              store.range(RangeQuery.prefix(prefix).limitedTo(NAMED_MAX).linearizable()),
              (names, found) -> {
                names.addAll(names(kind, prefix, found));
                return names;
              });
    }
    return all;
  }

  private static List<String> names(String kind, String prefix, RangeResult found) {
    var noun = kind.substring(0, kind.length() - "s/".length());
    var names = new ArrayList<String>();
    found
        .entries()
        .forEach(entry -> names.add(noun + " " + entry.key().substring(prefix.length())));
    if (found.more()) {
      names.add("more " + noun + "s");
    }
    return names;
  }
}
