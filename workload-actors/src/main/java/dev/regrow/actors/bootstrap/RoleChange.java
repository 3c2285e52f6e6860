package dev.regrow.actors.bootstrap;

import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.membership.Absence;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.v1.StoredNode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node needs before it starts again in another role: a server-to-be what only servers have,
 * a worker-to-be a group that no longer counts on it.
 */
final class RoleChange {

  private static final Logger LOG = LoggerFactory.getLogger(RoleChange.class);
  private static final long AGAIN_SECONDS = 1;

  private final NodeIdentity identity;
  private final Store store;
  private final Duration away;

  /**
   * @param away how long others wait for this node while it restarts
   */
  RoleChange(NodeIdentity identity, Store store, Duration away) {
    this.away = away;
    this.identity = identity;
    this.store = store;
  }

  /** Tries until it is done: what it waits for are others. */
  CompletionStage<Void> become(String role) {
    return once(role)
        .handle(
            (done, failure) -> {
              if (failure == null) {
                return CompletableFuture.<Void>completedFuture(null);
              }
              LOG.warn(
                  "this node cannot become a {} yet: {}",
                  role,
                  Closing.causeOf(failure).getMessage());
              return CompletableFuture.runAsync(
                      () -> {}, CompletableFuture.delayedExecutor(AGAIN_SECONDS, TimeUnit.SECONDS))
                  .thenCompose(later -> become(role));
            })
        .thenCompose(next -> next);
  }

  private CompletionStage<Void> once(String role) {
    return role.equals(NodeConfig.SERVER) ? toServer() : toWorker();
  }

  /**
   * Its certificate as a server, and the authority's key, it gets as it starts: who signs reads on
   * record that it is to be one.
   */
  private CompletionStage<Void> toServer() {
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> own(UnaryOperator<StoredNode> change) {
    return new Membership(store).register(identity.nodeUid(), change).thenAccept(done -> {});
  }

  private CompletionStage<Void> toWorker() {
    if (!(store instanceof StoreMembership servers)) {
      return CompletableFuture.completedFuture(null);
    }
    // The store takes no announcement of a restart once this server is out of it.
    long now = System.currentTimeMillis();
    return own(node -> Absence.announced(node, away, now))
        .thenCompose(
            announced ->
                servers
                    .remove(identity.nodeUid(), false)
                    .exceptionallyCompose(
                        refused ->
                            own(Absence::over)
                                .thenCompose(back -> CompletableFuture.failedFuture(refused))))
        .thenAccept(
            then -> {
              try {
                identity.forgetAuthority();
                identity.secretKeys().forget();
              } catch (IOException failed) {
                throw new CompletionException(failed);
              }
            });
  }
}
