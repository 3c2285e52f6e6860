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
 *    └── too long ──▶ NotProposed  └── too long, or leadership lost ──▶ OUTCOME_UNKNOWN
 * </pre>
 *
 * It tries once; trying again, here or elsewhere, is for the {@link Courier}.
 */
final class Proposer {

  /** Puts one entry into the log. */
  interface Log {
    /**
     * Proposes an entry.
     *
     * @return completes once the entry is applied, with the transactions' results; fails with
     *     {@link NotProposed} if it is certain that this attempt put nothing into the log
     */
    CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId);

    /** Whether others hold it, too: then an entry costs much more than what stands in it. */
    boolean isShared();

    /** An entry was applied here, and no other follows for now that would tell the others so. */
    void settled();
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
  record Limits(int batchBytes, long waitingBytes) {}

  /** Writes that came together; where so many come, more are likely to come soon. */
  private static final int MANY = 4;

  /** How long more are awaited then, and how long the others may not know of the last entry. */
  static final Duration PAUSE = Duration.ofMillis(4);

  private record Pending(
      StoreTxn txn, int bytes, long deadlineNanos, CompletableFuture<TxnResult> reply) {}

  private final Log log;
  private final Limits limits;
  private final Executor replies;
  private final ScheduledExecutorService scheduler;
  private final long pauseNanos;
  private final Deque<Pending> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean underWay;
  private boolean closed;
  private long lastCallId;

  /**
   * @param scheduler one thread: proposes, and watches the time
   * @param replies where callers' stages complete
   * @param pause see {@link #PAUSE}
   */
  Proposer(
      Log log,
      Limits limits,
      ScheduledExecutorService scheduler,
      Executor replies,
      Duration pause) {
    this.log = log;
    this.limits = limits;
    this.scheduler = scheduler;
    this.replies = replies;
    this.pauseNanos = pause.toNanos();
  }

  /**
   * Has one transaction written.
   *
   * @param patience how long the caller waits
   */
  CompletableFuture<TxnResult> submit(StoreTxn txn, Duration patience) {
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
      waiting.add(new Pending(txn, bytes, System.nanoTime() + patience.toNanos(), reply));
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
    attempt(batch, ++lastCallId);
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
        fail(List.of(next), new NotProposed("it waited too long behind other writes"));
      } else {
        batch.add(next);
        bytes += next.bytes();
      }
    }
    underWay = !batch.isEmpty();
    return batch;
  }

  private void attempt(List<Pending> batch, long callId) {
    long left = batch.get(0).deadlineNanos() - System.nanoTime();
    var unused =
        log.propose(batch.stream().map(Pending::txn).toList(), callId)
            .orTimeout(Math.max(1, left), TimeUnit.NANOSECONDS)
            .whenCompleteAsync(
                (results, failure) -> learned(batch, results, Failures.cause(failure)), scheduler);
  }

  private void learned(
      List<Pending> batch, @Nullable List<TxnResult> results, @Nullable Throwable failure) {
    if (results != null && results.size() == batch.size()) {
      answer(batch, results);
      if (log.isShared()) {
        goOnShared(batch.size());
        return;
      }
    } else {
      fail(batch, failure(failure));
    }
    proposeNext();
  }

  /** Gathers where many write; where nobody does for now, the others are told soon. */
  private void goOnShared(int written) {
    if (written >= MANY) {
      later(() -> proposeOr(log::settled));
    } else {
      proposeOr(() -> settleUnlessAfter(lastCallId));
    }
  }

  private void proposeOr(Runnable nothingWaits) {
    long call = lastCallId;
    proposeNext();
    if (lastCallId == call) {
      nothingWaits.run();
    }
  }

  /** An entry that comes meanwhile tells them as well, and costs nothing more. */
  private void settleUnlessAfter(long call) {
    later(
        () -> {
          if (lastCallId == call) {
            log.settled();
          }
        });
  }

  private void later(Runnable step) {
    var unused = scheduler.schedule(step, pauseNanos, TimeUnit.NANOSECONDS);
  }

  private void answer(List<Pending> batch, List<TxnResult> results) {
    replies.execute(
        () -> {
          for (int i = 0; i < batch.size(); i++) {
            batch.get(i).reply().complete(results.get(i));
          }
        });
  }

  private void fail(List<Pending> batch, RuntimeException failure) {
    replies.execute(() -> batch.forEach(one -> one.reply().completeExceptionally(failure)));
  }

  private static RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof NotProposed || cause instanceof StoreException) {
      return (RuntimeException) cause;
    }
    return new StoreException(
        Kind.OUTCOME_UNKNOWN,
        "no answer from the store's log in time (%s); read before writing again"
            .formatted(cause == null ? "none" : cause.getMessage()));
  }

  private static StoreException closed() {
    return new StoreException(Kind.CLOSED, "the store is closed; nothing was applied");
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
