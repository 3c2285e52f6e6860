package dev.regrow.core.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who keeps the store, and how that changes. A node comes in by opening its server with contacts;
 * it is let in as a listener and promoted by the leader as soon as it has caught up and the voters
 * stay odd in number.
 *
 * <p>Stages fail with a {@link StoreException} or a {@link MembershipRefused}.
 */
public interface StoreMembership {

  /** The group as its leader sees it. */
  CompletionStage<StoreGroup> group();

  /**
   * The group as this server knows it, and who of it answers: all that can be told while nobody
   * leads. Fails where there is no server.
   */
  default CompletionStage<StoreGroup> lookAround() {
    return CompletableFuture.failedStage(
        new MembershipRefused("this node keeps no part of the store"));
  }

  /**
   * Takes a node's server out of the group (demotion, or removal of a node for good): its log is
   * nobody's from then on. A leader hands over first. Done already: no error.
   *
   * @param force also if the group then has no quorum of reachable servers, or the node is unknown
   * @return the group without it; fails with {@link MembershipRefused} where quorum would go
   */
  CompletionStage<StoreGroup> remove(String nodeUid, boolean force);
}
