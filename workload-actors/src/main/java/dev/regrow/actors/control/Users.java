package dev.regrow.actors.control;

import com.google.protobuf.Message;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.schema.Diff;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.PlannedRoll;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The workloads whose present revisions use a declared object. */
final class Users {

  private final Store store;

  Users(Store store) {
    this.store = store;
  }

  /** Their names, in order. */
  CompletionStage<List<String>> of(ContentRef.Kind kind, WorkloadRef object) {
    var prefix = Keys.users(object.namespace(), new ContentRef(kind, object.name()).path());
    return store
        .range(RangeQuery.prefix(prefix).linearizable())
        .thenApply(
            found ->
                found.entries().stream()
                    .map(entry -> entry.key().substring(prefix.length()))
                    .toList());
  }

  /** Why it cannot be deleted; empty: nothing uses it. */
  CompletionStage<Optional<Refusal>> refusal(ContentRef.Kind kind, WorkloadRef object) {
    return all(kind, object)
        .thenApply(
            users ->
                users.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                        new Refusal(
                            Refusal.Kind.CONFLICT,
                            "%s %s is used by %s; delete or change %s first"
                                .formatted(
                                    kind.text(),
                                    object,
                                    String.join(", ", users),
                                    users.size() == 1 ? "that" : "those"))));
  }

  /** Of a secret those, too, that only pull by it. */
  private CompletionStage<List<String>> all(ContentRef.Kind kind, WorkloadRef object) {
    return kind != ContentRef.Kind.SECRET
        ? of(kind, object)
        : of(kind, object)
            .thenCombine(
                of(ContentRef.Kind.PULL_SECRET, object),
                (see, pull) ->
                    Stream.concat(see.stream(), pull.stream()).distinct().sorted().toList());
  }

  /**
   * What a change of an object comes to.
   *
   * @param before its record; null: there is none
   */
  <T extends Message> CompletionStage<Plan> plan(
      ObjectFormat<T> format, @Nullable Entry before, T after) {
    var object = format.ref(after);
    var was = before == null ? after.getDefaultInstanceForType() : format.shown(before);
    boolean same = before != null && format.same(before, after);
    var plan =
        Plan.newBuilder()
            .setKind(format.noun())
            .setNamespace(object.namespace())
            .setName(object.name())
            .setAction(
                before == null
                    ? PlanAction.CREATE
                    : same ? PlanAction.UNCHANGED : PlanAction.UPDATE);
    if (!same) {
      // As it would be shown: of a secret that is no value.
      var then = format.shown(new Entry(format.key(object), format.next(before, after), 0, 0));
      plan.addAllChanges(Diff.between(was, then));
    }
    var kind = format.kind();
    if (kind == null || before == null || same || !format.rolls(before, after)) {
      return CompletableFuture.completedStage(plan.build());
    }
    return of(kind, object)
        .thenCompose(users -> rolled(object.namespace(), users))
        .thenApply(users -> plan.setRolls(!users.isEmpty()).addAllUsers(users).build());
  }

  private CompletionStage<List<PlannedRoll>> rolled(String namespace, List<String> users) {
    CompletionStage<List<PlannedRoll>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (var user : users) {
      all =
          all.thenCombine(
              store.range(RangeQuery.key(Keys.workload(namespace, user))),
              (rolls, found) -> {
                for (var entry : found.entries()) {
                  long revision = WorkloadCodec.workload(entry).rollout().revision();
                  rolls.add(
                      PlannedRoll.newBuilder()
                          .setWorkload(user)
                          .setRevisionBefore(revision)
                          .setRevisionAfter(revision + 1)
                          .build());
                }
                return rolls;
              });
    }
    return all;
  }
}
