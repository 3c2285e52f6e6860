package dev.regrow.core.store.testing;

import dev.regrow.core.store.Call;
import dev.regrow.core.store.ChangeHistory;
import dev.regrow.core.store.Leases;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Replica;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The store's semantics in memory. Commits and reads are complete when they return; listeners are
 * called on one thread of the store's own.
 */
public final class InMemoryStore implements Store, Leases {

  private final ExecutorService dispatcher =
      Executors.newSingleThreadExecutor(
          task -> {
            var thread = new Thread(task, "in-memory-store");
            thread.setDaemon(true);
            return thread;
          });
  private final Replica replica;
  private final AtomicInteger repliesToLose = new AtomicInteger();
  private volatile Duration delay = Duration.ZERO;
  private volatile Duration patience = Duration.ofSeconds(5);
  private volatile @Nullable Kind refusal;
  private volatile Duration leaseAge = Duration.ZERO;
  private volatile boolean closed;

  public InMemoryStore() {
    this(ChangeHistory.Bound.DEFAULT);
  }

  /** A store that remembers only so much for watches. */
  public InMemoryStore(ChangeHistory.Bound history) {
    replica = new Replica(history, dispatcher);
  }

  /** From now on refuses writes for this reason; nothing is applied. */
  public void refuseWrites(Kind reason) {
    refusal = reason;
  }

  /** Accepts writes again. */
  public void acceptWrites() {
    refusal = null;
  }

  /** The next {@code count} commits are applied, but their callers only see OUTCOME_UNKNOWN. */
  public void loseReplies(int count) {
    repliesToLose.set(count);
  }

  /** From now on every commit is applied at once and answered only after this time. */
  public void delayReplies(Duration delay) {
    this.delay = delay;
  }

  /** How long a read waits for its minimum index; 5 s at first. */
  public void waitForMinIndex(Duration patience) {
    this.patience = patience;
  }

  @Override
  public CompletionStage<TxnResult> commit(Txn txn) {
    Kind reason = closed ? Kind.CLOSED : refusal;
    if (reason != null) {
      return CompletableFuture.failedFuture(
          new StoreException(reason, "the in-memory store was told to refuse writes: " + reason));
    }
    TxnResult result = replica.apply(List.of(Call.once(txn))).get(0);
    if (repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return CompletableFuture.failedFuture(
          new StoreException(Kind.OUTCOME_UNKNOWN, "the in-memory store lost its reply"));
    }
    var reply = new CompletableFuture<TxnResult>();
    return delay.isZero()
        ? CompletableFuture.completedFuture(result)
        : reply.completeOnTimeout(result, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletionStage<RangeResult> range(RangeQuery query) {
    return closed
        ? CompletableFuture.failedFuture(new StoreException(Kind.CLOSED, "the store is closed"))
        : replica.range(query, patience);
  }

  /** From now on the last renewal of any lease was answered so long ago. */
  public void lastRenewed(Duration ago) {
    leaseAge = ago;
  }

  @Override
  public CompletionStage<Long> renew(String nodeUid) {
    Kind reason = closed ? Kind.CLOSED : refusal;
    return reason == null
        ? CompletableFuture.completedFuture(replica.index())
        : CompletableFuture.failedFuture(new StoreException(reason, "told to refuse: " + reason));
  }

  @Override
  public CompletionStage<Long> age(String nodeUid) {
    return CompletableFuture.completedFuture(leaseAge.toMillis());
  }

  @Override
  public Watch watch(String prefix, long afterIndex, WatchListener listener) {
    return replica.watch(prefix, afterIndex, listener);
  }

  @Override
  public long appliedIndex() {
    return replica.index();
  }

  @Override
  public Health health() {
    Kind reason = closed ? Kind.CLOSED : refusal;
    return new Health(
        reason == null,
        reason == null ? "in memory" : "told to refuse writes: " + reason,
        true,
        replica.read(StoreState::size),
        0);
  }

  @Override
  public void close() {
    closed = true;
    replica.close();
    dispatcher.shutdown();
  }
}
