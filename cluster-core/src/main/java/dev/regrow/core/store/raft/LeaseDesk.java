package dev.regrow.core.store.raft;

import dev.regrow.v1.StoreLeaseReply;
import dev.regrow.v1.StoreLeaseRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers about leases, on the leader. */
final class LeaseDesk {

  private final Supplier<@Nullable RaftNode> node;
  private final LongSupplier index;
  private final Confirmation confirmation;
  private final LeaseBook book = new LeaseBook();

  /**
   * @param index of the replica
   */
  LeaseDesk(Supplier<@Nullable RaftNode> node, LongSupplier index, Confirmation confirmation) {
    this.node = node;
    this.index = index;
    this.confirmation = confirmation;
  }

  /**
   * Of this server: the highest that it has heard of. -1: it does not vote, as while it is being
   * started, or before it is let in under its new name where its former self voted.
   */
  long term() {
    RaftNode current = node.get();
    return current == null || !current.votes() ? -1 : current.term();
  }

  /** From when this server leads is what counts, not when it is first asked. */
  void look() {
    RaftNode current = node.get();
    if (current != null && current.isReady()) {
      book.leads(current.term(), System.nanoTime());
    }
  }

  /** Fails with {@link Proposer.NotProposed} where nobody leads. */
  CompletableFuture<StoreLeaseReply> answer(StoreLeaseRequest question) {
    RaftNode current = node.get();
    if (current == null || !current.isReady()) {
      return CompletableFuture.failedFuture(
          new Proposer.NotProposed("this server does not lead the store"));
    }
    look();
    long term = current.term();
    return current
        .catchUp()
        .thenCombine(
            confirmation.confirm(), (caughtUp, leads) -> confirmed(current, term, question));
  }

  /** A majority has said that this server led, after it was asked. */
  private StoreLeaseReply confirmed(RaftNode current, long term, StoreLeaseRequest question) {
    if (current.term() != term) {
      // Others may have answered in between, though it may lead again.
      throw new Proposer.NotProposed("the leader of the store has changed");
    }
    long now = System.nanoTime();
    long age = book.age(question.getHolder(), now);
    if (question.getRenew()) {
      // Before the index is read: who gives a lease up at a later one finds this renewal noted.
      book.renewed(question.getHolder(), now);
    }
    return StoreLeaseReply.newBuilder()
        .setIndex(index.getAsLong())
        .setAgeMillis(TimeUnit.NANOSECONDS.toMillis(age))
        .build();
  }
}
