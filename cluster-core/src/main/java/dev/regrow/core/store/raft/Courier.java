package dev.regrow.core.store.raft;

import dev.regrow.core.store.Sessions;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreTxn;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries each transaction to whoever leads, again and again until it is answered or the patience
 * ends. Each has a number of its own, which the replicated {@link Sessions} know: so carrying it
 * twice does it once.
 *
 * <pre>
 * waiting ── room in the window ──▶ carried ── answered ──▶ result
 *                                     │  ▲
 *                      nobody leads,  └──┘  the answer was lost
 *                         too long ──▶ NO_MAJORITY if no attempt can have arrived, else OUTCOME_UNKNOWN
 * </pre>
 */
final class Courier implements AutoCloseable {

  /** One attempt to have a transaction written. */
  interface Road {
    /**
     * @return fails with {@link Proposer.NotProposed} if it is certain that this attempt did
     *     nothing and another may help; with a {@link StoreException} of kind DISK_FULL or
     *     TOO_LARGE if another is in vain; with anything else if nobody knows
     */
    CompletableFuture<TxnResult> attempt(StoreTxn txn, Duration patience);
  }

  private static final long PAUSE_MILLIS = 25;

  private final Road road;
  private final Duration patience;
  private final ScheduledExecutorService scheduler;
  private final long client = nonZero();
  private final TreeSet<Long> carried = new TreeSet<>();
  private final Deque<Parcel> waiting = new ArrayDeque<>();
  private final long waitingBytesMax;
  private long waitingBytes;
  private long lastNumber;
  private volatile boolean closed;

  /** One transaction on its way. */
  private static final class Parcel {
    private final StoreTxn unnumbered;
    private final long deadlineNanos;
    private final CompletableFuture<TxnResult> reply = new CompletableFuture<>();
    private StoreTxn txn;
    private boolean maybeDone;

    private Parcel(StoreTxn unnumbered, long deadlineNanos) {
      this.unnumbered = unnumbered;
      this.txn = unnumbered;
      this.deadlineNanos = deadlineNanos;
    }

    private Duration left() {
      return Duration.ofNanos(deadlineNanos - System.nanoTime());
    }
  }

  /**
   * @param waitingBytesMax of transactions beyond the window; more are refused at once
   */
  Courier(Road road, Duration patience, long waitingBytesMax, ScheduledExecutorService scheduler) {
    this.road = road;
    this.patience = patience;
    this.waitingBytesMax = waitingBytesMax;
    this.scheduler = scheduler;
  }

  private static long nonZero() {
    long random = new SecureRandom().nextLong();
    return random == 0 ? 1 : random;
  }

  /** See {@link dev.regrow.core.store.Store#commit}. */
  CompletableFuture<TxnResult> submit(StoreTxn txn) {
    var parcel = new Parcel(txn, System.nanoTime() + patience.toNanos());
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(closedNow());
      }
      if (!hasRoom()) {
        int bytes = txn.getSerializedSize();
        if (waitingBytes + bytes > waitingBytesMax) {
          return CompletableFuture.failedFuture(
              new StoreException(
                  Kind.NO_MAJORITY,
                  "more than %d bytes of writes wait already; nothing was applied, try again later"
                      .formatted(waitingBytesMax)));
        }
        waitingBytes += bytes;
        waiting.add(parcel);
        return parcel.reply;
      }
      number(parcel);
    }
    carry(parcel);
    return parcel.reply;
  }

  private boolean hasRoom() {
    return carried.isEmpty() || lastNumber + 1 - carried.first() < Sessions.WINDOW;
  }

  private void number(Parcel parcel) {
    lastNumber++;
    carried.add(lastNumber);
    parcel.txn = parcel.unnumbered.toBuilder().setClient(client).setCall(lastNumber).build();
  }

  private void carry(Parcel parcel) {
    Duration left = parcel.left();
    if (left.isNegative() || left.isZero()) {
      giveUp(parcel, "it waited too long behind other writes");
      return;
    }
    CompletableFuture<TxnResult> attempt;
    try {
      attempt = road.attempt(parcel.txn, left);
    } catch (RuntimeException failed) {
      attempt = CompletableFuture.failedFuture(failed);
    }
    var unused = attempt.whenComplete((result, failure) -> learned(parcel, result, failure));
  }

  private void learned(Parcel parcel, @Nullable TxnResult result, @Nullable Throwable failure) {
    if (result != null) {
      done(parcel);
      parcel.reply.complete(result);
      return;
    }
    Throwable cause = Failures.cause(failure);
    boolean nothingDone =
        cause instanceof Proposer.NotProposed
            || (cause instanceof StoreException known && known.kind() != Kind.OUTCOME_UNKNOWN);
    if (cause instanceof StoreException known
        && !parcel.maybeDone
        && (known.kind() == Kind.DISK_FULL
            || known.kind() == Kind.TOO_LARGE
            || known.kind() == Kind.DENIED)) {
      done(parcel);
      parcel.reply.completeExceptionally(known);
      return;
    }
    parcel.maybeDone |= !nothingDone;
    String why = cause == null ? "no answer" : String.valueOf(cause.getMessage());
    if (closed || parcel.left().toMillis() <= PAUSE_MILLIS) {
      giveUp(parcel, why);
      return;
    }
    var unused = scheduler.schedule(() -> carry(parcel), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void giveUp(Parcel parcel, String why) {
    done(parcel);
    parcel.reply.completeExceptionally(
        parcel.maybeDone
            ? new StoreException(
                Kind.OUTCOME_UNKNOWN,
                "no answer from the store within %d ms (%s); read before writing again"
                    .formatted(patience.toMillis(), why))
            : closed
                ? closedNow()
                : new StoreException(
                    Kind.NO_MAJORITY,
                    "not written within %d ms (%s); nothing was applied, try again"
                        .formatted(patience.toMillis(), why)));
  }

  /** Makes room for the next ones. */
  private void done(Parcel parcel) {
    var next = new ArrayDeque<Parcel>();
    synchronized (this) {
      carried.remove(parcel.txn.getCall());
      while (!waiting.isEmpty() && hasRoom()) {
        Parcel first = waiting.remove();
        waitingBytes -= first.unnumbered.getSerializedSize();
        number(first);
        next.add(first);
      }
    }
    next.forEach(one -> scheduler.execute(() -> carry(one)));
  }

  private static StoreException closedNow() {
    return new StoreException(Kind.CLOSED, "the store is closed; nothing was applied");
  }

  /** Refuses what waits and what comes; what is being carried is answered as it ends. */
  @Override
  public void close() {
    Deque<Parcel> refused;
    synchronized (this) {
      closed = true;
      refused = new ArrayDeque<>(waiting);
      waiting.clear();
      waitingBytes = 0;
    }
    refused.forEach(one -> one.reply.completeExceptionally(closedNow()));
  }
}
