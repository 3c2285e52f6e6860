package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.actors.bootstrap.Release;
import dev.regrow.actors.control.ControlPlane.Backup;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntry;
import dev.regrow.v1.StoredCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Reads all that a backup holds, and fills an empty cluster with it.
 *
 * <p>Restored is what is declared, with its revisions, events and tokens (their hashes). Nodes,
 * assignments, who forms the cluster and who was removed belong to the cluster that was: the
 * workloads are placed anew. The index goes far beyond the backup's, so that no index and no epoch
 * that the former cluster handed out, before or after the backup was made, comes again.
 */
final class Backups {

  /** More than a cluster commits in its life. */
  static final long FURTHER = 1L << 40;

  private static final List<String> RESTORED =
      List.of(
          Keys.CONFIGS,
          Keys.CONTENTS,
          Keys.EVENTS,
          Keys.NAMESPACES,
          Keys.REVISIONS,
          Keys.SECRETS,
          Keys.TOKENS,
          Keys.USERS,
          Keys.VOLUMES,
          Keys.WORKLOADS);

  /** Of the cluster itself: the one that is restored into has its own. */
  private static final String ADMIN = Keys.token("admin");

  private static final int TXN_BYTES = 256 << 10;
  private static final int TXN_WRITES = 500;

  private final Store store;
  private final Supplier<Now> clock;
  private final BiConsumer<String, String> wake;

  /**
   * @param wake told of the namespace and name of each workload that is there again
   */
  Backups(Store store, Supplier<Now> clock, BiConsumer<String, String> wake) {
    this.store = store;
    this.clock = clock;
    this.wake = wake;
  }

  CompletionStage<Backup> backup() {
    return store
        .range(new RangeQuery("!", "~", Integer.MAX_VALUE, true, 0))
        .thenApply(
            all ->
                new Backup(
                    header(all),
                    all.entries().stream()
                        .map(
                            entry ->
                                StoreSnapshotEntry.newBuilder()
                                    .setKey(entry.key())
                                    .setValue(entry.value())
                                    .setCreateIndex(entry.createIndex())
                                    .setModIndex(entry.modIndex())
                                    .build())
                        .toList()));
  }

  private BackupHeader header(RangeResult all) {
    var meta =
        all.entries().stream()
            .filter(entry -> entry.key().equals(Keys.META))
            .findFirst()
            .map(entry -> meta(entry.value()))
            .orElse(StoredCluster.getDefaultInstance());
    return BackupHeader.newBuilder()
        .setClusterId(meta.getId())
        .setFeatureLevel(meta.getFeatureLevel())
        .setRelease(Release.version())
        .setMadeAt(clock.get().wallMillis())
        .setIndex(all.index())
        .setWithKey(false)
        .build();
  }

  /** In parts: a failure in between leaves a cluster that may be restored again. */
  CompletionStage<Void> restore(Backup backup) {
    return store
        .range(RangeQuery.key(Keys.META).linearizable())
        .thenCombine(
            store.range(
                new RangeQuery(Keys.WORKLOADS, RangeQuery.prefix(Keys.WORKLOADS).to(), 1, true, 0)),
            (meta, workloads) -> begin(backup, meta, workloads))
        .thenCompose(this::committed)
        .thenCompose(begun -> restore(parts(backup), 0))
        .thenCompose(done -> end())
        .thenAccept(ended -> wakeAll(backup));
  }

  private static Txn begin(Backup backup, RangeResult found, RangeResult workloads) {
    if (found.entries().isEmpty()) {
      throw new MembershipRefused("the cluster is being formed; try again in a moment");
    }
    Entry entry = found.entries().get(0);
    var meta = meta(entry.value());
    if (!workloads.entries().isEmpty() && !meta.getRestoring()) {
      throw new MembershipRefused(
          "this cluster is not empty (there is %s): a restore would mix two; restore into a new cluster"
              .formatted(workloads.entries().get(0).key()));
    }
    var after =
        meta.toBuilder()
            .setRestoring(true)
            .setRestoredFrom(backup.header().getClusterId())
            .setRestoredMadeAt(backup.header().getMadeAt())
            .build();
    return new Txn(
        List.of(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex())),
        List.of(new Txn.Write.Put(entry.key(), after.toByteString())),
        backup.header().getIndex() + FURTHER);
  }

  private static List<Txn> parts(Backup backup) {
    var txns = new ArrayList<Txn>();
    var writes = new ArrayList<Txn.Write>();
    int bytes = 0;
    for (var entry : backup.entries()) {
      boolean kept = RESTORED.stream().anyMatch(entry.getKey()::startsWith);
      if (!kept || entry.getKey().equals(ADMIN)) {
        continue;
      }
      writes.add(new Txn.Write.Put(entry.getKey(), entry.getValue()));
      bytes += entry.getValue().size();
      if (bytes >= TXN_BYTES || writes.size() >= TXN_WRITES) {
        txns.add(new Txn(List.of(), writes));
        writes.clear();
        bytes = 0;
      }
    }
    txns.add(new Txn(List.of(), writes));
    return txns;
  }

  private CompletionStage<Void> restore(List<Txn> parts, int from) {
    if (from == parts.size()) {
      return CompletableFuture.completedFuture(null);
    }
    var part = parts.get(from);
    return (part.writes().isEmpty()
            ? CompletableFuture.<Void>completedFuture(null)
            : committed(part))
        .thenComposeAsync(done -> restore(parts, from + 1));
  }

  private CompletionStage<Void> end() {
    return store
        .range(RangeQuery.key(Keys.META).linearizable())
        .thenCompose(
            found -> {
              Entry entry = found.entries().get(0);
              var after = meta(entry.value()).toBuilder().setRestoring(false).build();
              return committed(
                  new Txn(
                      List.of(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex())),
                      List.of(new Txn.Write.Put(entry.key(), after.toByteString()))));
            });
  }

  private CompletionStage<Void> committed(Txn txn) {
    return store
        .commit(txn)
        .thenAccept(
            result -> {
              if (!(result instanceof TxnResult.Committed)) {
                throw new MembershipRefused(
                    "another restore, or a change of the cluster, came in between; try again");
              }
            });
  }

  private void wakeAll(Backup backup) {
    for (var entry : backup.entries()) {
      if (entry.getKey().startsWith(Keys.WORKLOADS)) {
        var parts = entry.getKey().split("/", -1);
        wake.accept(parts[1], parts[2]);
      }
    }
  }

  private static StoredCluster meta(ByteString value) {
    try {
      return StoredCluster.parseFrom(value);
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record of the cluster cannot be read", damaged);
    }
  }
}
