package dev.regrow.core.store;

import dev.regrow.core.store.StoreException.Kind;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One replica's {@link StoreState}, shared between the thread that applies and those that read,
 * wait and watch.
 *
 * <p>Watches keep no queues: the state's bounded history is the queue of them all, and each watch
 * only remembers how far it has read. Listeners and waiting readers run on the executor, never on
 * the applying thread.
 */
public final class Replica {

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final StoreState state;
  private final Executor executor;
  private final Set<ReplicaWatch> watches = ConcurrentHashMap.newKeySet();
  private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting =
      new ConcurrentSkipListMap<>();

  public Replica(ChangeHistory.Bound bound, Executor executor) {
    this.state = new StoreState(bound);
    this.executor = executor;
  }

  /** Applies several transactions in order, under one lock. */
  public List<TxnResult> apply(List<Call> calls) {
    return changing(() -> calls.stream().map(state::apply).toList());
  }

  /** See {@link StoreState#restore}. */
  public void restore(long index, Collection<Entry> entries, List<Sessions.Session> sessions) {
    changing(
        () -> {
          state.restore(index, entries, sessions);
          return index;
        });
  }

  /** See {@link StoreState#raiseIndexTo}. */
  public void raiseIndexTo(long index) {
    changing(
        () -> {
          state.raiseIndexTo(index);
          return index;
        });
  }

  /** Reads several facts of one moment. */
  public <T> T read(Function<StoreState, T> reader) {
    lock.readLock().lock();
    try {
      return reader.apply(state);
    } finally {
      lock.readLock().unlock();
    }
  }

  public long index() {
    return read(StoreState::index);
  }

  /**
   * A range, once {@link RangeQuery#minIndex()} is applied here.
   *
   * @return fails with {@link Kind#BEHIND} if that takes longer than {@code patience}
   */
  public CompletableFuture<RangeResult> range(RangeQuery query, Duration patience) {
    if (query.minIndex() <= index()) {
      return CompletableFuture.completedFuture(read(state -> state.range(query)));
    }
    return await(query.minIndex(), patience)
        .thenApply(reached -> read(state -> state.range(query)));
  }

  private CompletableFuture<Void> await(long wanted, Duration patience) {
    CompletableFuture<Void> reached =
        waiting.computeIfAbsent(wanted, ignored -> new CompletableFuture<>());
    if (index() >= wanted) { // It may have come between the look and the registration.
      wake();
    }
    return reached
        .copy()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            failure -> {
              throw new StoreException(
                  Kind.BEHIND,
                  "this replica is at index %d and did not reach %d within %d ms; ask again or ask another server"
                      .formatted(index(), wanted, patience.toMillis()));
            });
  }

  /** See {@link Store#watch}. */
  public Store.Watch watch(String prefix, long afterIndex, WatchListener listener) {
    var watch = new ReplicaWatch(this, prefix, afterIndex, listener);
    lock.readLock().lock();
    try {
      watches.add(watch);
      wakeWatch(watch);
    } finally {
      lock.readLock().unlock();
    }
    return watch;
  }

  /** Ends all watches and waits; reads go on. */
  public void close() {
    watches.forEach(ReplicaWatch::close);
    waiting
        .values()
        .forEach(
            future ->
                future.completeExceptionally(
                    new StoreException(Kind.CLOSED, "the store was closed while a read waited")));
    waiting.clear();
  }

  void remove(ReplicaWatch watch) {
    watches.remove(watch);
  }

  private <T> T changing(Supplier<T> change) {
    T result;
    lock.writeLock().lock();
    try {
      long before = state.index();
      result = change.get();
      Map<Long, List<WatchListener.Change>> made = state.changesAfter(before).orElse(null);
      for (ReplicaWatch watch : watches) {
        if (watch.concernedBy(made, state.index())) {
          wakeWatch(watch);
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
    wake();
    return result;
  }

  /** With the lock held, so that a watch falls asleep and is woken in a clear order. */
  private void wakeWatch(ReplicaWatch watch) {
    if (watch.awaken()) {
      executor.execute(watch::drain);
    }
  }

  private void wake() {
    var reached = waiting.headMap(index(), true);
    while (!reached.isEmpty()) {
      var first = reached.pollFirstEntry();
      if (first != null) {
        executor.execute(() -> first.getValue().complete(null));
      }
    }
  }
}
