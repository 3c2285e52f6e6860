package dev.regrow.actors.control;

import dev.regrow.core.codec.ConfigCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Config;
import dev.regrow.v1.StoredConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Configs as records of the store. No entity stands between: what this server's replica holds is
 * what a change is decided on, and the change is made only if the leader still holds the same.
 */
public final class StoredConfigs implements Configs {

  private static final int TRIES = 8;
  private static final int LIMIT_MAX = 1000;

  private final Store store;
  private final LongSupplier wallMillis;

  public StoredConfigs(Store store, LongSupplier wallMillis) {
    this.store = store;
    this.wallMillis = wallMillis;
  }

  @Override
  public CompletionStage<Put> put(Config declared, Precondition precondition) {
    boolean bare = declared.getUid().isEmpty() && declared.getIndex() == 0;
    var content = bare ? declared : declared.toBuilder().clearUid().clearIndex().build();
    return Refusals.of(put(content, precondition, 0, TRIES));
  }

  /**
   * @param index which the replica must have reached
   */
  private CompletionStage<Put> put(
      Config declared, Precondition precondition, long index, int tries) {
    var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
    boolean surely = index > 0;
    return read(ref, surely)
        .thenCompose(
            entry -> {
              if (violated(precondition, entry)) {
                return surely
                    ? CompletableFuture.failedStage(stale(ref, precondition, entry))
                    : put(declared, precondition, 1, tries);
              }
              var before = entry == null ? null : ConfigCodec.stored(entry);
              if (entry != null && before != null && before.getDeclared().equals(declared)) {
                return surely
                    ? CompletableFuture.completedStage(new Put(ConfigCodec.shown(entry), false))
                    : put(declared, precondition, 1, tries);
              }
              return commit(ref, entry, next(before, declared))
                  .thenCompose(
                      put ->
                          put != null
                              ? CompletableFuture.completedStage(put)
                              : tries > 1
                                  ? put(declared, precondition, 1, tries - 1)
                                  : CompletableFuture.failedStage(contended(ref)));
            });
  }

  private StoredConfig next(@Nullable StoredConfig before, Config declared) {
    var next =
        before == null
            ? StoredConfig.newBuilder()
                .setUid(UUID.randomUUID().toString())
                .setCreatedAt(wallMillis.getAsLong())
            : before.toBuilder();
    return next.setDeclared(declared).setSchemaVersion(Schema.VERSION).build();
  }

  /** Null: it was changed meanwhile. */
  private CompletionStage<@Nullable Put> commit(
      WorkloadRef ref, @Nullable Entry before, StoredConfig next) {
    var key = key(ref);
    var txn =
        new Txn(
            List.of(unchanged(key, before)),
            List.of(new Txn.Write.Put(key, ConfigCodec.bytes(next))));
    return store
        .commit(txn)
        .thenApply(
            result ->
                result instanceof TxnResult.Committed committed
                    ? new Put(ConfigCodec.shown(next, committed.index()), before == null)
                    : null);
  }

  private static Txn.Condition unchanged(String key, @Nullable Entry before) {
    return before == null
        ? new Txn.Condition.Absent(key)
        : new Txn.Condition.ChangedAt(key, before.modIndex());
  }

  private CompletionStage<@Nullable Entry> read(WorkloadRef ref, boolean surely) {
    var one = RangeQuery.key(key(ref));
    return store.range(surely ? one.linearizable() : one).thenApply(StoredConfigs::only);
  }

  private static @Nullable Entry only(RangeResult found) {
    return found.entries().isEmpty() ? null : found.entries().get(0);
  }

  private static String key(WorkloadRef ref) {
    return Keys.config(ref.namespace(), ref.name());
  }

  private static boolean violated(Precondition precondition, @Nullable Entry entry) {
    if (precondition instanceof Precondition.Absent) {
      return entry != null;
    }
    return precondition instanceof Precondition.IndexIs wanted
        && (entry == null || entry.modIndex() != wanted.index());
  }

  private static Refusal stale(WorkloadRef ref, Precondition precondition, @Nullable Entry entry) {
    var is = entry == null ? "does not exist" : "is at index " + entry.modIndex();
    var wanted =
        precondition instanceof Precondition.IndexIs index
            ? "index " + index.index() + " was expected"
            : "it was expected not to exist";
    return new Refusal(
        Refusal.Kind.STALE, "config %s %s, %s; read it again".formatted(ref, is, wanted));
  }

  private static Refusal contended(WorkloadRef ref) {
    return new Refusal(
        Refusal.Kind.UNAVAILABLE,
        "config %s was changed by others %d times meanwhile; nothing was applied, try again"
            .formatted(ref, TRIES));
  }

  private static Refusal notFound(WorkloadRef ref) {
    return new Refusal(Refusal.Kind.NOT_FOUND, "there is no config " + ref);
  }

  @Override
  public CompletionStage<Config> config(WorkloadRef ref, ReadPoint at) {
    return Refusals.of(
        store
            .range(Reads.at(RangeQuery.key(key(ref)), at))
            .thenApply(
                found -> {
                  var entry = only(found);
                  if (entry == null) {
                    throw notFound(ref);
                  }
                  return ConfigCodec.shown(entry);
                }));
  }

  @Override
  public CompletionStage<Config> delete(WorkloadRef ref, Precondition precondition) {
    return Refusals.of(delete(ref, precondition, TRIES));
  }

  private CompletionStage<Config> delete(WorkloadRef ref, Precondition precondition, int tries) {
    return read(ref, true)
        .thenCompose(
            entry -> {
              if (entry == null) {
                return CompletableFuture.failedStage(notFound(ref));
              }
              if (violated(precondition, entry)) {
                return CompletableFuture.failedStage(stale(ref, precondition, entry));
              }
              var drop = List.<Txn.Write>of(new Txn.Write.Delete(entry.key()));
              return store
                  .commit(new Txn(List.of(unchanged(entry.key(), entry)), drop))
                  .thenCompose(
                      result -> {
                        if (result instanceof TxnResult.Committed) {
                          return CompletableFuture.completedStage(ConfigCodec.shown(entry));
                        }
                        return tries > 1
                            ? delete(ref, precondition, tries - 1)
                            : CompletableFuture.failedStage(contended(ref));
                      });
            });
  }

  @Override
  public CompletionStage<Listing<Config>> configs(ListQuery query, ReadPoint at) {
    var all = Reads.at(Reads.prefix(Keys.CONFIGS, query), at);
    return Refusals.of(page(Pages.after(all, query.next()), query, new ArrayList<>()));
  }

  /** Reads on until the page is full: most of what is read may have other labels. */
  private CompletionStage<Listing<Config>> page(
      RangeQuery from, ListQuery query, List<Config> items) {
    int limit = Pages.limit(query);
    return store
        .range(
            new RangeQuery(
                from.from(), from.to(), LIMIT_MAX + 1, from.consistent(), from.minIndex()))
        .thenCompose(
            found -> {
              for (var entry : found.entries()) {
                var config = ConfigCodec.shown(entry);
                if (!config.getLabelsMap().entrySet().containsAll(query.labels().entrySet())) {
                  continue;
                }
                if (items.size() == limit) {
                  var last = items.get(limit - 1);
                  var next = Pages.token(Keys.config(last.getNamespace(), last.getName()));
                  return CompletableFuture.completedStage(
                      new Listing<>(items, found.index(), next));
                }
                items.add(config);
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
