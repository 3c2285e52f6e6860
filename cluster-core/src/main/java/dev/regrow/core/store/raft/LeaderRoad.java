package dev.regrow.core.store.raft;

import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreCommitReply;
import dev.regrow.v1.StoreCommitRequest;
import dev.regrow.v1.StoreTxn;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Takes a transaction over the wire to the server that leads, as far as anybody knows. */
final class LeaderRoad implements Courier.Road {

  /** One server is waited for no longer than this: it may be cut off, and another may lead. */
  private static final Duration ATTEMPT = Duration.ofSeconds(2);

  private final Channels channels;
  private final Guide guide;
  private final Waits waits = new Waits();

  LeaderRoad(Channels channels, Guide guide) {
    this.channels = channels;
    this.guide = guide;
  }

  /** From then on nobody else is waited for. */
  void leads(String address) {
    if (!address.isEmpty()) {
      waits.onlyFor(address);
    }
  }

  @Override
  public CompletableFuture<TxnResult> attempt(StoreTxn txn, Duration patience) {
    String address = guide.next();
    if (address.isEmpty()) {
      return CompletableFuture.failedFuture(
          new Proposer.NotProposed("no server of the store is known at the moment"));
    }
    Duration attempt = patience.compareTo(ATTEMPT) < 0 ? patience : ATTEMPT;
    var request =
        StoreCommitRequest.newBuilder().setTxn(txn).setPatienceMillis(attempt.toMillis()).build();
    return waits
        .at(address, channels.ask(address, Wire.COMMIT, request, attempt))
        .handle(
            (reply, failure) -> {
              if (failure != null) {
                guide.failed(address);
                throw unchecked(failure);
              }
              return result(address, reply);
            });
  }

  private TxnResult result(String address, StoreCommitReply reply) {
    if (!reply.hasRefusal()) {
      guide.leads(address);
      return Commands.result(reply.getOutcome());
    }
    guide.leads(reply.getRefusal().getLeader());
    throw Refusals.decode(reply.getRefusal());
  }

  static RuntimeException unchecked(Throwable failure) {
    return Failures.cause(failure) instanceof RuntimeException known
        ? known
        : new IllegalStateException(failure);
  }
}
