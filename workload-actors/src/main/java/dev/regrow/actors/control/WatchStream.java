package dev.regrow.actors.control;

import dev.regrow.actors.control.ControlPlane.Subscription;
import dev.regrow.actors.control.ControlPlane.WatchSink;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running watch: what is there, SYNCED, then each stored change once and in order, with what is
 * only heard in between.
 *
 * <p>Everything for the sink goes through one queue, so its calls never overlap. What is only heard
 * is gathered for a moment and carries the index of the last stored change that was told: a client
 * that resumes from there misses nothing. What is there at the beginning carries no index, as a
 * client that is cut off in the middle of it has yet to be told the rest.
 */
final class WatchStream implements Subscription, WatchListener {

  private static final Logger LOG = LoggerFactory.getLogger(WatchStream.class);

  /** As an index to resume from: from the current state. */
  private static final long ANEW = 0;

  private final Store store;
  private final Watched watched;
  private final WatchSink sink;
  private final Later later;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final Set<String> heard = new LinkedHashSet<>();
  private CompletableFuture<Void> queue = CompletableFuture.completedFuture(null);
  private Runnable stop = () -> {};
  private volatile long told;

  /** Runs something after a moment in which more of its kind may come. */
  interface Later {
    void run(Runnable task);
  }

  /** One kind of things that can be watched. */
  interface Watched {

    /** Where its records are. */
    String prefix();

    /** All that is there now, ready to be told, at one index. */
    CompletionStage<Listing<WatchEvent.Builder>> current();

    /** What a stored change means to the watcher; may be nothing. */
    CompletionStage<List<WatchEvent.Builder>> changed(Change change);

    /** How a thing is now that was only heard of; nothing when it is not stored any more. */
    CompletionStage<List<WatchEvent.Builder>> now(String key);

    /** Tells of keys that are to be looked at again, until the returned is run. */
    Runnable listen(Consumer<String> keys);
  }

  WatchStream(Store store, Watched watched, WatchSink sink, Later later) {
    this.store = store;
    this.watched = watched;
    this.sink = sink;
    this.later = later;
  }

  /**
   * @param since 0: from the current state
   */
  void start(long since) {
    if (since == ANEW) {
      enqueue(() -> watched.current().thenAccept(this::begin));
    } else {
      enqueue(
          () ->
              store
                  .range(RangeQuery.key("cluster/").linearizable())
                  .thenAccept(read -> resume(since, read.index())));
    }
  }

  private void begin(Listing<WatchEvent.Builder> current) {
    told = current.index();
    current.items().forEach(item -> tell(item.setType(WatchType.PUT).setIndex(ANEW)));
    tell(WatchEvent.newBuilder().setType(WatchType.SYNCED).setIndex(told));
    follow(current.index());
  }

  private void resume(long since, long newest) {
    if (since > newest) {
      end(
          new Refusal(
              Refusal.Kind.BAD_REQUEST,
              "index %d is in the future: the newest is %d".formatted(since, newest)));
      return;
    }
    told = since;
    follow(since);
  }

  private void follow(long after) {
    var changes = store.watch(watched.prefix(), after, this);
    var soft = watched.listen(this::lookAgain);
    synchronized (this) {
      stop =
          () -> {
            changes.close();
            soft.run();
          };
    }
    if (ended.get()) {
      close();
    }
  }

  @Override
  public void onChanges(long index, List<Change> changes) {
    for (var change : changes) {
      enqueue(
          () ->
              watched
                  .changed(change)
                  .thenAccept(
                      events -> {
                        told = index;
                        events.forEach(event -> tell(event.setIndex(index)));
                      }));
    }
  }

  @Override
  public void onGone(long oldestIndex) {
    end(
        new Refusal(
            Refusal.Kind.GONE,
            "what changed before index %d is not remembered any more; list again"
                .formatted(oldestIndex)));
  }

  private void lookAgain(String key) {
    boolean first;
    synchronized (heard) {
      first = heard.isEmpty();
      heard.add(key);
    }
    if (first) {
      later.run(this::lookNow);
    }
  }

  private void lookNow() {
    List<String> keys;
    synchronized (heard) {
      keys = List.copyOf(heard);
      heard.clear();
    }
    for (var key : keys) {
      enqueue(
          () -> watched.now(key).thenAccept(events -> events.forEach(e -> tell(e.setIndex(told)))));
    }
  }

  private synchronized void enqueue(Supplier<CompletionStage<Void>> task) {
    queue =
        queue
            .thenCompose(
                before -> ended.get() ? CompletableFuture.completedStage(null) : task.get())
            .exceptionally(this::failed);
  }

  private @Nullable Void failed(Throwable failure) {
    var cause = Refusals.of(failure);
    if (cause instanceof Refusal refusal) {
      end(refusal);
    } else {
      LOG.error("a watch of {} ended by a failure", watched.prefix(), cause);
      end(new Refusal(Refusal.Kind.UNAVAILABLE, "the watch failed; start it again"));
    }
    return null;
  }

  private void tell(WatchEvent.Builder event) {
    if (!ended.get()) {
      sink.onEvent(event.build());
    }
  }

  private void end(Refusal cause) {
    if (ended.compareAndSet(false, true)) {
      sink.onEnd(cause);
      release();
    }
  }

  @Override
  public void close() {
    ended.set(true);
    release();
  }

  private void release() {
    Runnable release;
    synchronized (this) {
      release = stop;
      stop = () -> {};
    }
    release.run();
  }
}
