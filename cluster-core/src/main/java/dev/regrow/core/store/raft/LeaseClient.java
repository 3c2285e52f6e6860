package dev.regrow.core.store.raft;

import dev.regrow.core.store.Leases;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.v1.StoreLeaseReply;
import dev.regrow.v1.StoreLeaseRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks the leader about leases, wherever it is; each question may be asked twice. */
final class LeaseClient implements Leases {

  /** One server is waited for no longer than this: it may be cut off, and another may lead. */
  private static final Duration ATTEMPT = Duration.ofMillis(700);

  /** The holder comes again with a new question: an old one renews for less time. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final long PAUSE_MILLIS = 50;

  /** One way to ask whoever may lead. */
  interface Road {
    CompletableFuture<StoreLeaseReply> ask(StoreLeaseRequest question, Duration patience);
  }

  private final Road road;
  private final ScheduledExecutorService scheduler;

  LeaseClient(Road road, ScheduledExecutorService scheduler) {
    this.road = road;
    this.scheduler = scheduler;
  }

  /** Over the wire, to whoever is said to lead. */
  static Road overTheWire(Channels channels, Guide guide) {
    return (question, patience) -> {
      String address = guide.next();
      if (address.isEmpty()) {
        return CompletableFuture.failedFuture(
            new Proposer.NotProposed("no server of the store is known at the moment"));
      }
      return channels
          .ask(address, Wire.LEASE, question, patience)
          .handle(
              (reply, failure) -> {
                if (failure != null) {
                  guide.failed(address);
                  throw LeaderRoad.unchecked(failure);
                }
                if (reply.hasRefusal()) {
                  guide.leads(reply.getRefusal().getLeader());
                  throw Refusals.decode(reply.getRefusal());
                }
                guide.leads(address);
                return reply;
              });
    };
  }

  @Override
  public CompletionStage<Long> renew(String nodeUid) {
    return ask(nodeUid, true).thenApply(StoreLeaseReply::getIndex);
  }

  @Override
  public CompletionStage<Long> age(String nodeUid) {
    return ask(nodeUid, false).thenApply(StoreLeaseReply::getAgeMillis);
  }

  private CompletableFuture<StoreLeaseReply> ask(String nodeUid, boolean renew) {
    var answer = new CompletableFuture<StoreLeaseReply>();
    var question = StoreLeaseRequest.newBuilder().setHolder(nodeUid).setRenew(renew).build();
    attempt(question, System.nanoTime() + PATIENCE.toNanos(), answer);
    return answer;
  }

  private void attempt(
      StoreLeaseRequest question, long deadlineNanos, CompletableFuture<StoreLeaseReply> answer) {
    var unusedAnswer =
        road.ask(question, ATTEMPT)
            .orTimeout(ATTEMPT.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (reply, failure) -> {
                  if (failure == null) {
                    answer.complete(reply);
                  } else if (System.nanoTime() - deadlineNanos > 0 || scheduler.isShutdown()) {
                    Throwable cause = Failures.cause(failure);
                    answer.completeExceptionally(
                        new StoreException(
                            Kind.NO_MAJORITY,
                            "the store's leader did not confirm the lease in time (last: %s)"
                                .formatted(cause == null ? "no answer" : cause.getMessage())));
                  } else {
                    var unused =
                        scheduler.schedule(
                            () -> attempt(question, deadlineNanos, answer),
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
                  }
                });
  }
}
