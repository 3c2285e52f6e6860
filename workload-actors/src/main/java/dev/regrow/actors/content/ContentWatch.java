package dev.regrow.actors.content;

import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches declared objects, and tells the workloads that use what has changed. */
public final class ContentWatch {

  private static final Logger LOG = LoggerFactory.getLogger(ContentWatch.class);

  private final Store store;
  private final BiConsumer<String, String> changed;

  private ContentWatch(Store store, BiConsumer<String, String> changed) {
    this.store = store;
    this.changed = changed;
  }

  /**
   * Runs for as long as the store does. What it misses, the sweep over all workloads finds.
   *
   * @param changed takes the namespace and name of a workload that is to look again
   */
  public static void start(Store store, BiConsumer<String, String> changed) {
    var watch = new ContentWatch(store, changed);
    watch.watch(Keys.CONFIGS, ContentRef.Kind.CONFIG);
    watch.watch(Keys.SECRETS, ContentRef.Kind.SECRET);
  }

  private void watch(String prefix, ContentRef.Kind kind) {
    store.watch(
        prefix,
        store.appliedIndex(),
        new WatchListener() {
          @Override
          public void onChanges(long index, List<Change> changes) {
            for (var change : changes) {
              if (change.after() != null) {
                tellUsers(change.key().substring(prefix.length()), kind);
              }
            }
          }

          @Override
          public void onGone(long oldestIndex) {
            watch(prefix, kind);
          }
        });
  }

  private void tellUsers(String path, ContentRef.Kind kind) {
    int slash = path.indexOf('/');
    var namespace = path.substring(0, slash);
    var ref = new ContentRef(kind, path.substring(slash + 1));
    var users = Keys.users(namespace, ref.path());
    store
        .range(RangeQuery.prefix(users))
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                LOG.warn("could not read who uses {}; the sweep will", ref, failure);
                return;
              }
              found
                  .entries()
                  .forEach(use -> changed.accept(namespace, use.key().substring(users.length())));
            });
  }
}
