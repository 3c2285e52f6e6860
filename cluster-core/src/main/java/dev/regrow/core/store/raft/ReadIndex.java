package dev.regrow.core.store.raft;

import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Replica;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.v1.StoreRangeRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What a linearizable read waits for: that this server's replica holds all that was acknowledged
 * before. Leaders may change meanwhile.
 */
final class ReadIndex implements AutoCloseable {

  /** Of nothing, but answered only once a majority has confirmed who leads. */
  static final StoreRangeRequest QUESTION =
      StoreRangeRequest.newBuilder().setTo("0").setLimit(1).setConsistent(true).build();

  private static final Duration ATTEMPT = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 25;

  private final String address;
  private final RaftKeeper keeper;
  private final Confirmation confirmation;
  private final Channels channels;
  private final Replica replica;
  private final ScheduledExecutorService scheduler;
  private volatile boolean closed;

  /**
   * @param address of this server
   * @param scheduler of attempts
   */
  ReadIndex(
      String address,
      RaftKeeper keeper,
      Confirmation confirmation,
      Channels channels,
      Replica replica,
      ScheduledExecutorService scheduler) {
    this.address = address;
    this.keeper = keeper;
    this.confirmation = confirmation;
    this.channels = channels;
    this.replica = replica;
    this.scheduler = scheduler;
  }

  /**
   * @return fails with a {@link StoreException} when nobody confirms it within that time
   */
  CompletableFuture<Void> reached(Duration patience) {
    var caughtUp = new CompletableFuture<Void>();
    catchUp(System.nanoTime() + patience.toNanos(), caughtUp);
    return caughtUp;
  }

  private void catchUp(long deadlineNanos, CompletableFuture<Void> caughtUp) {
    var unusedAnswer =
        askLeader()
            .orTimeout(ATTEMPT.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (reached, failure) -> {
                  if (failure == null) {
                    caughtUp.complete(null);
                  } else if (closed) {
                    caughtUp.completeExceptionally(RaftStore.closedNow());
                  } else if (System.nanoTime() - deadlineNanos > 0) {
                    Throwable cause = Failures.cause(failure);
                    caughtUp.completeExceptionally(
                        cause instanceof StoreException
                            ? cause
                            : new StoreException(
                                Kind.NO_MAJORITY,
                                "the store's leader did not confirm the read in time; try again"));
                  } else {
                    var unused =
                        scheduler.schedule(
                            () -> catchUp(deadlineNanos, caughtUp),
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
                  }
                });
  }

  private CompletableFuture<Void> askLeader() {
    String leader = keeper.leaderAddress();
    if (keeper.isLeader() || leader.isEmpty() || leader.equals(address)) {
      return keeper.catchUp().thenCombine(confirmation.confirm(), (caughtUp, leads) -> null);
    }
    // By our own way: whoever Ratis asks for the index of a read may not lead any more, and a
    // listener that was let in by the present leader is not answered at all.
    return channels
        .askForAll(leader, Wire.RANGE, QUESTION, ATTEMPT)
        .thenCompose(
            parts -> {
              var first = parts.get(0);
              if (first.hasRefusal()) {
                return CompletableFuture.failedFuture(Refusals.decode(first.getRefusal()));
              }
              var nothing = new RangeQuery("", "", 1, false, first.getIndex());
              return replica.range(nothing, ATTEMPT).thenAccept(reached -> {});
            });
  }

  /** Whoever waits still is told so. */
  @Override
  public void close() {
    closed = true;
  }
}
