package dev.regrow.actors.bootstrap;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Removed;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredRemoval;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows what the cluster knows of this node, and what people want of it: a role, or its end. */
final class OwnRecord implements WatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(OwnRecord.class);
  private static final long AGAIN_SECONDS = 2;

  private final Store store;
  private final String key;
  private final ScheduledExecutorService scheduler;
  private final Runnable registered;
  private final Consumer<String> roleWanted;
  private final Consumer<String> removed;

  /**
   * @param registered told whenever the record is seen with what {@link Registration} writes: a
   *     node may have told where it is before
   * @param roleWanted told {@code server} or {@code worker} whenever the record names one
   * @param removed told why, once this node is out
   */
  OwnRecord(
      Store store,
      String nodeUid,
      ScheduledExecutorService scheduler,
      Runnable registered,
      Consumer<String> roleWanted,
      Consumer<String> removed) {
    this.store = store;
    this.key = Keys.node(nodeUid);
    this.scheduler = scheduler;
    this.registered = registered;
    this.roleWanted = roleWanted;
    this.removed = removed;
  }

  /** Follows it for as long as the store is open. */
  void follow() {
    store
        .range(RangeQuery.key(key))
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                found.entries().forEach(this::judge);
                store.watch(key, found.index(), this);
              } else if (!scheduler.isShutdown()) {
                LOG.debug("what is wanted of this node is not known yet", failure);
                var unused = scheduler.schedule(this::follow, AGAIN_SECONDS, TimeUnit.SECONDS);
              }
            });
  }

  @Override
  public void onChanges(long index, List<Change> changes) {
    for (var change : changes) {
      var after = change.after();
      if (after != null && after.key().equals(key)) {
        judge(after);
      }
    }
  }

  @Override
  public void onGone(long oldestIndex) {
    follow();
  }

  private void judge(Entry entry) {
    StoredNode node = read(entry);
    if (!node.getName().isEmpty()) {
      registered.run();
    }
    if (node.getRemovedAt() > 0) {
      var removal =
          StoredRemoval.newBuilder()
              .setNodeUid(node.getUid())
              .setName(node.getName())
              .setAt(node.getRemovedAt());
      removed.accept(Removed.words(removal.build().toByteString()));
    } else if (!node.getWantedRole().isEmpty()) {
      confirm();
    }
  }

  /**
   * Asks what is wanted now. A server that has just become one reads all that was ever wanted of
   * it, one after the other, and would become a worker again by what has long been taken back.
   */
  private void confirm() {
    store
        .range(RangeQuery.key(key).linearizable())
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                found.entries().forEach(this::obey);
              } else if (!scheduler.isShutdown()) {
                LOG.debug("what is wanted of this node cannot be confirmed yet", failure);
                var unused = scheduler.schedule(this::confirm, AGAIN_SECONDS, TimeUnit.SECONDS);
              }
            });
  }

  private void obey(Entry agreed) {
    var role = read(agreed).getWantedRole();
    if (!role.isEmpty()) {
      roleWanted.accept(role);
    }
  }

  private static StoredNode read(Entry entry) {
    try {
      return StoredNode.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + entry.key() + " cannot be read", damaged);
    }
  }
}
