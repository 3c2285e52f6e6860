package dev.regrow.actors.control;

import com.google.protobuf.Message;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.Vault;
import dev.regrow.v1.Config;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Plan;
import dev.regrow.v1.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Declared objects as records of the store. No entity stands between: what this server's replica
 * holds is what a change is decided on, and the change is made only if the leader still holds the
 * same.
 */
public final class StoredObjects<T extends Message> implements Objects<T> {

  private static final int TRIES = 8;
  private static final int LIMIT_MAX = 1000;

  /** The index of a record that is not stored. */
  private static final long IMPLIED = 0;

  private final Store store;
  private final ObjectFormat<T> format;
  private final Users users;

  StoredObjects(Store store, ObjectFormat<T> format) {
    this.store = store;
    this.format = format;
    this.users = new Users(store);
  }

  /** Those of kind Config. */
  public static Objects<Config> configs(Store store, LongSupplier wallMillis) {
    return new StoredObjects<>(store, new ConfigFormat(wallMillis));
  }

  /** Those of kind Secret. */
  public static Objects<Secret> secrets(Store store, Vault vault, LongSupplier wallMillis) {
    return new StoredObjects<>(store, new SecretFormat(vault, wallMillis));
  }

  /** Those of kind Volume. */
  public static Objects<NamedVolume> volumes(Store store, LongSupplier wallMillis) {
    return new StoredObjects<>(store, new VolumeFormat(store, wallMillis));
  }

  /** Those of kind Namespace. */
  public static Objects<Namespace> namespaces(Store store, LongSupplier wallMillis) {
    return new DeclaredNamespaces(
        store, new StoredObjects<>(store, new NamespaceFormat(wallMillis)));
  }

  @Override
  public CompletionStage<Put<T>> put(T declared, Precondition precondition) {
    return Refusals.of(put(declared, precondition, false, TRIES));
  }

  /**
   * @param surely whether to read from a majority
   */
  private CompletionStage<Put<T>> put(
      T declared, Precondition precondition, boolean surely, int tries) {
    var ref = format.ref(declared);
    return read(ref, surely)
        .thenCompose(
            entry -> {
              if (violated(precondition, entry)) {
                return surely
                    ? CompletableFuture.failedStage(stale(ref, precondition, entry))
                    : put(declared, precondition, true, tries);
              }
              if (entry != null && format.same(entry, declared)) {
                return surely
                    ? format.completed(format.shown(entry)).thenApply(one -> new Put<>(one, false))
                    : put(declared, precondition, true, tries);
              }
              return commit(ref, entry, declared)
                  .thenCompose(
                      put ->
                          put != null
                              ? CompletableFuture.completedStage(put)
                              : tries > 1
                                  ? put(declared, precondition, true, tries - 1)
                                  : CompletableFuture.failedStage(contended(ref)));
            });
  }

  /** Null: it was changed meanwhile. */
  private CompletionStage<@Nullable Put<T>> commit(
      WorkloadRef ref, @Nullable Entry before, T declared) {
    var key = format.key(ref);
    var next = format.next(before, declared);
    var txn = new Txn(List.of(unchanged(key, before)), List.of(new Txn.Write.Put(key, next)));
    return store
        .commit(txn)
        .thenCompose(
            result ->
                result instanceof TxnResult.Committed committed
                    ? format
                        .completed(
                            format.shown(
                                new Entry(key, next, committed.index(), committed.index())))
                        .thenApply(one -> new Put<>(one, before == null))
                    : CompletableFuture.completedStage(null));
  }

  private static Txn.Condition unchanged(String key, @Nullable Entry before) {
    return before == null || before.modIndex() == IMPLIED
        ? new Txn.Condition.Absent(key)
        : new Txn.Condition.ChangedAt(key, before.modIndex());
  }

  private CompletionStage<@Nullable Entry> read(WorkloadRef ref, boolean surely) {
    var one = RangeQuery.key(format.key(ref));
    return store.range(surely ? one.linearizable() : one).thenApply(found -> only(found, ref));
  }

  private @Nullable Entry only(RangeResult found, WorkloadRef ref) {
    if (!found.entries().isEmpty()) {
      return found.entries().get(0);
    }
    var implied = format.implied(ref);
    return implied == null ? null : new Entry(format.key(ref), implied, IMPLIED, IMPLIED);
  }

  private static boolean violated(Precondition precondition, @Nullable Entry entry) {
    if (precondition instanceof Precondition.Absent) {
      return entry != null;
    }
    return precondition instanceof Precondition.IndexIs wanted
        && (entry == null || entry.modIndex() != wanted.index());
  }

  private Refusal stale(WorkloadRef ref, Precondition precondition, @Nullable Entry entry) {
    var is = entry == null ? "does not exist" : "is at index " + entry.modIndex();
    var wanted =
        precondition instanceof Precondition.IndexIs index
            ? "index " + index.index() + " was expected"
            : "it was expected not to exist";
    return new Refusal(
        Refusal.Kind.STALE, "%s %s, %s; read it again".formatted(format.title(ref), is, wanted));
  }

  private Refusal contended(WorkloadRef ref) {
    return new Refusal(
        Refusal.Kind.UNAVAILABLE,
        "%s was changed by others %d times meanwhile; nothing was applied, try again"
            .formatted(format.title(ref), TRIES));
  }

  private Refusal notFound(WorkloadRef ref) {
    return new Refusal(Refusal.Kind.NOT_FOUND, format.absence(ref));
  }

  @Override
  public CompletionStage<T> one(WorkloadRef ref, ReadPoint at) {
    return Refusals.of(
        store
            .range(Reads.at(RangeQuery.key(format.key(ref)), at))
            .thenCompose(
                found -> {
                  var entry = only(found, ref);
                  if (entry == null) {
                    throw notFound(ref);
                  }
                  return format.completed(format.shown(entry));
                }));
  }

  @Override
  public CompletionStage<Plan> plan(T declared) {
    var ref = format.ref(declared);
    return Refusals.of(read(ref, true).thenCompose(entry -> users.plan(format, entry, declared)));
  }

  @Override
  public CompletionStage<T> delete(WorkloadRef ref, Precondition precondition) {
    var kind = format.kind();
    return kind == null
        ? Refusals.of(delete(ref, precondition, TRIES))
        : deleteUnused(kind, ref, precondition);
  }

  private CompletionStage<T> deleteUnused(
      ContentRef.Kind kind, WorkloadRef ref, Precondition precondition) {
    return Refusals.of(
        users
            .refusal(kind, ref)
            .thenCompose(
                refusal ->
                    refusal.isPresent()
                        ? CompletableFuture.failedStage(refusal.get())
                        : delete(ref, precondition, TRIES)));
  }

  private CompletionStage<T> delete(WorkloadRef ref, Precondition precondition, int tries) {
    return read(ref, true)
        .thenCompose(
            entry -> {
              if (entry == null) {
                return CompletableFuture.failedStage(notFound(ref));
              }
              if (violated(precondition, entry)) {
                return CompletableFuture.failedStage(stale(ref, precondition, entry));
              }
              return format
                  .completed(format.shown(entry))
                  .thenCompose(
                      shown ->
                          format
                              .goingWith(shown)
                              .thenCompose(more -> store.commit(deletion(entry, more)))
                              .thenCompose(
                                  result ->
                                      result instanceof TxnResult.Committed
                                          ? CompletableFuture.completedStage(shown)
                                          : tries > 1
                                              ? delete(ref, precondition, tries - 1)
                                              : CompletableFuture.failedStage(contended(ref))));
            });
  }

  private static Txn deletion(Entry entry, List<Txn.Write> more) {
    var writes = new ArrayList<Txn.Write>(more);
    writes.add(new Txn.Write.Delete(entry.key()));
    return new Txn(List.of(unchanged(entry.key(), entry)), writes);
  }

  @Override
  public CompletionStage<Listing<T>> list(ListQuery query, ReadPoint at) {
    var all = Reads.at(Reads.prefix(format.prefix(), query), at);
    return Refusals.of(
        page(Pages.after(all, query.next()), query, new ArrayList<>())
            .thenCompose(this::completed));
  }

  private CompletionStage<Listing<T>> completed(Listing<T> page) {
    CompletionStage<List<T>> all = CompletableFuture.completedStage(new ArrayList<>());
    for (var item : page.items()) {
      all =
          all.thenCombine(
              format.completed(item),
              (items, one) -> {
                items.add(one);
                return items;
              });
    }
    return all.thenApply(items -> new Listing<>(items, page.index(), page.next()));
  }

  /** Reads on until the page is full: most of what is read may have other labels. */
  private CompletionStage<Listing<T>> page(RangeQuery from, ListQuery query, List<T> items) {
    int limit = Pages.limit(query);
    return store
        .range(
            new RangeQuery(
                from.from(), from.to(), LIMIT_MAX + 1, from.consistent(), from.minIndex()))
        .thenCompose(
            found -> {
              for (var entry : found.entries()) {
                var object = format.shown(entry);
                if (!format.labels(object).entrySet().containsAll(query.labels().entrySet())) {
                  continue;
                }
                if (items.size() == limit) {
                  var next = Pages.token(format.key(format.ref(items.get(limit - 1))));
                  return CompletableFuture.completedStage(
                      new Listing<>(items, found.index(), next));
                }
                items.add(object);
              }
              if (!found.more()) {
                return CompletableFuture.completedStage(new Listing<>(items, found.index(), ""));
              }
              var last = found.entries().get(found.entries().size() - 1).key();
              var rest =
                  new RangeQuery(last + "\0", from.to(), LIMIT_MAX + 1, false, found.index());
              return page(rest, query, items);
            });
  }
}
