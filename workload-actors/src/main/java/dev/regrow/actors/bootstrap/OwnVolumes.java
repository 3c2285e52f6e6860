package dev.regrow.actors.bootstrap;

import dev.regrow.core.codec.PlaceCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.WatchListener;
import dev.regrow.runtime.NodeRuntime;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the data of volumes that people deleted, and then the record that says so. Data goes only
 * for such a record, never because there is none: a store that has forgotten deletes nothing.
 */
final class OwnVolumes implements WatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(OwnVolumes.class);
  private static final long AGAIN_SECONDS = 5;

  private final Store store;
  private final NodeRuntime runtime;
  private final String prefix;
  private final ScheduledExecutorService scheduler;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  OwnVolumes(Store store, NodeRuntime runtime, String nodeUid, ScheduledExecutorService scheduler) {
    this.store = store;
    this.runtime = runtime;
    this.prefix = Keys.nodeVolumes(nodeUid);
    this.scheduler = scheduler;
  }

  /** Follows them for as long as the store is open. */
  void follow() {
    store
        .range(RangeQuery.prefix(prefix))
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                found.entries().forEach(this::judge);
                store.watch(prefix, found.index(), this);
              } else {
                LOG.debug("what this node keeps in volumes is not known yet", failure);
                later(this::follow);
              }
            });
  }

  @Override
  public void onChanges(long index, List<Change> changes) {
    for (var change : changes) {
      var after = change.after();
      if (after != null) {
        judge(after);
      }
    }
  }

  @Override
  public void onGone(long oldestIndex) {
    follow();
  }

  private void judge(Entry entry) {
    if (PlaceCodec.place(entry).getDeletedAt() > 0 && underWay.add(entry.key())) {
      delete(entry);
    }
  }

  private void delete(Entry entry) {
    var path = entry.key().substring(prefix.length()).split("/", 3);
    runtime
        .deleteVolume(path[0], path[1], path[2])
        .thenCompose(deleted -> store.commit(done(entry)))
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                underWay.remove(entry.key());
              } else {
                LOG.warn(
                    "the data of volume {} is not all gone yet: {}", path[1], failure.getMessage());
                later(() -> delete(entry));
              }
            });
  }

  /** Off, if the volume was declared and used again meanwhile. */
  private static Txn done(Entry entry) {
    return new Txn(
        List.of(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex())),
        List.of(new Txn.Write.Delete(entry.key())));
  }

  private void later(Runnable task) {
    if (!scheduler.isShutdown()) {
      var unused = scheduler.schedule(task, AGAIN_SECONDS, TimeUnit.SECONDS);
    }
  }
}
