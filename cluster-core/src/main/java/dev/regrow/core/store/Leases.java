package dev.regrow.core.store;

import dev.regrow.core.store.StoreException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Leases of nodes, in the memory of the store's leader and never in its log. The leader answers
 * only what a majority has confirmed it for since it was asked; a new one takes it that every lease
 * was renewed when it was elected.
 *
 * <p>Stages fail with a {@link StoreException}, within seconds.
 */
public interface Leases {

  /**
   * Renews a node's lease, for what the store assigns to it at the answered index or later.
   *
   * @return an index that holds all that was acknowledged before the question
   */
  CompletionStage<Long> renew(String nodeUid);

  /**
   * How long ago, at most, a renewal of a node's lease was answered, in milliseconds of the
   * leader's clock. Renewals after that do not cover what was acknowledged as given up before the
   * question.
   */
  CompletionStage<Long> age(String nodeUid);

  /** Those of a store. */
  static Leases of(Store store) {
    return store instanceof Leases leases ? leases : new Absent();
  }

  /** Of a store that grants none: nothing that needs one ever starts. */
  final class Absent implements Leases {
    private static final String WHY = "this store grants no leases";

    private Absent() {}

    @Override
    public CompletionStage<Long> renew(String nodeUid) {
      return CompletableFuture.failedFuture(new StoreException(Kind.NO_MAJORITY, WHY));
    }

    @Override
    public CompletionStage<Long> age(String nodeUid) {
      return CompletableFuture.failedFuture(new StoreException(Kind.NO_MAJORITY, WHY));
    }
  }
}
