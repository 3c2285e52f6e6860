package dev.regrow.core.store;

import dev.regrow.core.store.WatchListener.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch: asleep until a change concerns it, then awake until it has read the history to its
 * end. It is awake on at most one thread, so calls to its listener never overlap.
 */
final class ReplicaWatch implements Store.Watch {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaWatch.class);

  /** What is read from the history at a time, so that a long one does not keep writers waiting. */
  private static final int BATCH = 256;

  private final Replica replica;
  private final String prefix;
  private final WatchListener listener;
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Object calling = new Object();
  private volatile long seen;
  private volatile boolean closed;

  ReplicaWatch(Replica replica, String prefix, long afterIndex, WatchListener listener) {
    this.replica = replica;
    this.prefix = prefix;
    this.seen = afterIndex;
    this.listener = listener;
  }

  /** One step of reading. */
  private sealed interface Step {
    record Deliver(Map<Long, List<Change>> changes, long upTo) implements Step {}

    record Gone(long oldest) implements Step {}

    record Sleep() implements Step {}
  }

  /** True for the one who must now run {@link #drain}. */
  boolean awaken() {
    return !closed && awake.compareAndSet(false, true);
  }

  /**
   * Whether changes up to an index matter; a sleeping watch that they do not concern has then seen
   * them, lest history leave it behind. The replica's write lock is held.
   *
   * @param changes null if they are already forgotten
   */
  boolean concernedBy(@Nullable Map<Long, List<Change>> changes, long upTo) {
    if (awake.get()) {
      return false; // It will find them itself.
    }
    if (changes == null || seen >= upTo) {
      return seen < upTo;
    }
    for (List<Change> ofOne : changes.values()) {
      for (Change change : ofOne) {
        if (change.key().startsWith(prefix)) {
          return true;
        }
      }
    }
    seen = upTo;
    return false;
  }

  void drain() {
    while (!closed) {
      Step step = replica.read(this::next);
      if (step instanceof Step.Deliver deliver) {
        deliver.changes().forEach(this::deliver);
        seen = deliver.upTo();
      } else if (step instanceof Step.Gone gone) {
        call(() -> listener.onGone(gone.oldest()));
        close();
      } else {
        return;
      }
    }
  }

  /** The replica's read lock is held: no change comes between looking and falling asleep. */
  private Step next(StoreState state) {
    Map<Long, List<Change>> changes = state.changesAfter(seen).orElse(null);
    if (changes == null) {
      return new Step.Gone(state.oldestWatchable());
    }
    var mine = new LinkedHashMap<Long, List<Change>>();
    long upTo = seen;
    int read = 0;
    for (var one : changes.entrySet()) {
      List<Change> matching = matching(one.getValue());
      if (!matching.isEmpty()) {
        mine.put(one.getKey(), matching);
      }
      upTo = one.getKey();
      if (++read == BATCH) {
        break;
      }
    }
    if (read == 0) {
      awake.set(false);
      return new Step.Sleep();
    }
    return new Step.Deliver(mine, upTo);
  }

  private List<Change> matching(List<Change> changes) {
    var matching = new ArrayList<Change>();
    for (Change change : changes) {
      if (change.key().startsWith(prefix)) {
        matching.add(change);
      }
    }
    return matching;
  }

  private void deliver(long index, List<Change> changes) {
    call(() -> listener.onChanges(index, changes));
  }

  private void call(Runnable call) {
    synchronized (calling) {
      if (closed) {
        return;
      }
      try {
        call.run();
      } catch (RuntimeException bug) {
        LOG.error("a listener of changes below '{}' failed; it misses this one", prefix, bug);
      }
    }
  }

  /** Waits for a call in progress, unless it comes from within that call. */
  @Override
  public void close() {
    closed = true;
    synchronized (calling) { // Whoever calls now looked at `closed` before.
      replica.remove(this);
    }
  }
}
