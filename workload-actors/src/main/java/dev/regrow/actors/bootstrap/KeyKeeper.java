package dev.regrow.actors.bootstrap;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.KeySharing;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.Vault;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoredSecretKeys;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that this server has all keys of secrets that the cluster uses: makes the first, and
 * asks other servers for those that it lacks, for as long as it lacks any.
 */
final class KeyKeeper implements WatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(KeyKeeper.class);
  private static final long AGAIN_SECONDS = 2;

  private final Store store;
  private final Vault vault;
  private final ScheduledExecutorService scheduler;

  KeyKeeper(Store store, ScheduledExecutorService scheduler) {
    this.store = store;
    this.vault = Vault.of(store);
    this.scheduler = scheduler;
  }

  /** For as long as the store is open. */
  void keep() {
    store
        .range(RangeQuery.key(Keys.SECRET_KEYS).linearizable())
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                return make().thenApply(made -> false);
              }
              judge(found.entries().get(0));
              store.watch(Keys.SECRET_KEYS, found.index(), this);
              return CompletableFuture.completedStage(true);
            })
        .whenComplete(
            (watching, failure) -> {
              if (failure != null) {
                LOG.debug("the keys of secrets are not known yet", failure);
              }
              if (failure != null || !watching) {
                later(this::keep);
              }
            });
  }

  /** Whoever else makes one at the same time: one record wins, and the other key seals nothing. */
  private CompletionStage<Void> make() {
    var key = SecretKeys.generate(System.currentTimeMillis());
    vault.keep(List.of(key));
    var record = StoredSecretKeys.newBuilder().setCurrent(key.getId()).addIds(key.getId()).build();
    return KeySharing.share(store, vault, List.of(key))
        .thenCompose(
            without ->
                store.commit(
                    new Txn(
                        List.of(new Txn.Condition.Absent(Keys.SECRET_KEYS)),
                        List.of(new Txn.Write.Put(Keys.SECRET_KEYS, record.toByteString())))))
        .thenAccept(done -> {});
  }

  @Override
  public void onChanges(long index, List<Change> changes) {
    for (var change : changes) {
      var after = change.after();
      if (after != null && after.key().equals(Keys.SECRET_KEYS)) {
        judge(after);
      }
    }
  }

  @Override
  public void onGone(long oldestIndex) {
    keep();
  }

  private void judge(Entry entry) {
    try {
      collect(StoredSecretKeys.parseFrom(entry.value()).getIdsList());
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + entry.key() + " cannot be read", damaged);
    }
  }

  private void collect(List<String> wanted) {
    if (!has(wanted)) {
      KeySharing.collect(store, vault)
          .whenComplete(
              (done, failure) -> {
                if (!has(wanted)) {
                  LOG.warn("this server still lacks keys of secrets; it asks the others again");
                  later(() -> collect(wanted));
                }
              });
    }
  }

  private boolean has(List<String> wanted) {
    return vault.keys().stream()
        .map(key -> key.getId())
        .collect(Collectors.toSet())
        .containsAll(wanted);
  }

  private void later(Runnable task) {
    if (!scheduler.isShutdown()) {
      var unused = scheduler.schedule(task, AGAIN_SECONDS, TimeUnit.SECONDS);
    }
  }
}
