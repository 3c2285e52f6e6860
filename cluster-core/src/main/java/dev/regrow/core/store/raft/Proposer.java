package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreTxn;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: while one log entry is on its way to the disk, the transactions that come meanwhile
 * collect for the next.
 *
 * <pre>
 * waiting ── next entry ──▶ under way ── logged ──▶ answered
 *    └── too long ──▶ NO_MAJORITY  └── too long ──▶ OUTCOME_UNKNOWN
 * </pre>
 *
 * A transaction is never under way twice as two entries: a retry repeats the same entry by its call
 * id, and Raft's retry cache knows it.
 */
final class Proposer {

  /** Puts one entry into the log. */
  interface Log {
    /**
     * Proposes an entry; the same {@code callId} for each retry of it.
     *
     * @return completes once the entry is applied, with the transactions' results; fails with
     *     {@link NotProposed} if it is certain that this attempt put nothing into the log
     */
    CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId);
  }

  /** This attempt put nothing into the log, and another one may. */
  static final class NotProposed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotProposed(String message) {
      super(message);
    }
  }

  /**
   * What a proposer may take.
   *
   * @param batchBytes of one entry; one larger transaction goes alone
   * @param waitingBytes of all transactions that wait; beyond it they are refused at once
   */
  record Limits(int batchBytes, long waitingBytes, Duration patience, Duration retryPause) {}

  private record Pending(
      StoreTxn txn, int bytes, long deadlineNanos, CompletableFuture<TxnResult> reply) {}

  private final Log log;
  private final Limits limits;
  private final Executor replies;
  private final ScheduledExecutorService scheduler;
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean underWay;
  private boolean closed;
  private long lastCallId;

  /**
   * @param scheduler one thread: proposes, and watches the time
   * @param replies where callers' stages complete
   */
  Proposer(Log log, Limits limits, ScheduledExecutorService scheduler, Executor replies) {
    this.log = log;
    this.limits = limits;
    this.scheduler = scheduler;
    this.replies = replies;
  }

  CompletableFuture<TxnResult> submit(StoreTxn txn) {
    int bytes = txn.getSerializedSize();
    var reply = new CompletableFuture<TxnResult>();
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(closed());
      }
      if (waitingBytes + bytes > limits.waitingBytes() && !waiting.isEmpty()) {
        return CompletableFuture.failedFuture(
            new StoreException(
                Kind.NO_MAJORITY,
                "more than %d bytes of writes wait for the disk already; nothing was applied, try again later"
                    .formatted(limits.waitingBytes())));
      }
      waiting.add(new Pending(txn, bytes, System.nanoTime() + limits.patience().toNanos(), reply));
      waitingBytes += bytes;
      if (underWay) {
        return reply; // It goes with the next entry.
      }
      underWay = true;
    }
    scheduler.execute(this::proposeNext);
    return reply;
  }

  private void proposeNext() {
    List<Pending> batch = nextBatch();
    if (batch.isEmpty()) {
      return;
    }
    long callId = ++lastCallId;
    attempt(batch, batch.stream().map(Pending::txn).toList(), callId, false);
  }

  private synchronized List<Pending> nextBatch() {
    var batch = new ArrayList<Pending>();
    long now = System.nanoTime();
    int bytes = 0;
    for (Pending next; (next = waiting.peek()) != null; ) {
      boolean late = next.deadlineNanos() - now < 0;
      if (!late && !batch.isEmpty() && bytes + next.bytes() > limits.batchBytes()) {
        break;
      }
      waiting.remove();
      waitingBytes -= next.bytes();
      if (late) {
        fail(List.of(next), noMajority("it waited too long behind other writes"));
      } else {
        batch.add(next);
        bytes += next.bytes();
      }
    }
    underWay = !batch.isEmpty();
    return batch;
  }

  private void attempt(List<Pending> batch, List<StoreTxn> txns, long callId, boolean maybeLogged) {
    long left = batch.get(0).deadlineNanos() - System.nanoTime();
    var unused =
        log.propose(txns, callId)
            .orTimeout(Math.max(1, left), TimeUnit.NANOSECONDS)
            .whenCompleteAsync(
                (results, failure) ->
                    learned(batch, txns, callId, maybeLogged, results, cause(failure)),
                scheduler);
  }

  private void learned(
      List<Pending> batch,
      List<StoreTxn> txns,
      long callId,
      boolean maybeLogged,
      @Nullable List<TxnResult> results,
      @Nullable Throwable failure) {
    if (results != null && results.size() == batch.size()) {
      answer(batch, results);
      proposeNext();
      return;
    }
    boolean nowMaybeLogged = maybeLogged || !(failure instanceof NotProposed);
    long left = batch.get(0).deadlineNanos() - System.nanoTime();
    if (failure instanceof NotProposed && left > 0 && !isClosed()) {
      var unused =
          scheduler.schedule(
              () -> attempt(batch, txns, callId, nowMaybeLogged),
              limits.retryPause().toNanos(),
              TimeUnit.NANOSECONDS);
      return;
    }
    fail(batch, failure(nowMaybeLogged, failure));
    proposeNext();
  }

  private void answer(List<Pending> batch, List<TxnResult> results) {
    replies.execute(
        () -> {
          for (int i = 0; i < batch.size(); i++) {
            batch.get(i).reply().complete(results.get(i));
          }
        });
  }

  private void fail(List<Pending> batch, StoreException failure) {
    replies.execute(() -> batch.forEach(one -> one.reply().completeExceptionally(failure)));
  }

  private StoreException failure(boolean maybeLogged, @Nullable Throwable cause) {
    if (cause instanceof StoreException known) {
      return known;
    }
    String why = cause == null ? "no answer" : String.valueOf(cause.getMessage());
    if (!maybeLogged) {
      return noMajority(why);
    }
    return new StoreException(
        Kind.OUTCOME_UNKNOWN,
        "no answer from the store within %d ms (%s); read before writing again"
            .formatted(limits.patience().toMillis(), why));
  }

  private StoreException noMajority(String why) {
    return new StoreException(
        Kind.NO_MAJORITY,
        "not written within %d ms (%s); nothing was applied, try again"
            .formatted(limits.patience().toMillis(), why));
  }

  private static StoreException closed() {
    return new StoreException(Kind.CLOSED, "the store is closed; nothing was applied");
  }

  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /** Refuses what waits and what comes; what is under way is answered as it ends. */
  void close() {
    List<Pending> refused;
    synchronized (this) {
      closed = true;
      refused = new ArrayList<>(waiting);
      waiting.clear();
      waitingBytes = 0;
    }
    fail(refused, closed());
  }
}
