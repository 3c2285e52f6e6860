package dev.regrow.actors.bootstrap;

import dev.regrow.core.identity.NodeUids;
import dev.regrow.core.membership.Removals;
import dev.regrow.core.store.Store;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes that were removed from the cluster for good: nobody talks to them. */
final class Expelled {

  private static final Logger LOG = LoggerFactory.getLogger(Expelled.class);
  private static final long AGAIN_SECONDS = 2;

  private final Set<String> uids = ConcurrentHashMap.newKeySet();

  /** Learns of them for as long as the store is open. */
  void follow(Store store, ScheduledExecutorService scheduler) {
    new Removals(store)
        .follow(uids::add, () -> follow(store, scheduler))
        .whenComplete(
            (watch, failure) -> {
              if (failure != null && !scheduler.isShutdown()) {
                LOG.debug("which nodes were removed is not known yet", failure);
                var unused =
                    scheduler.schedule(
                        () -> follow(store, scheduler), AGAIN_SECONDS, TimeUnit.SECONDS);
              }
            });
  }

  /** Why a connection is not to be: the other end was removed. */
  Optional<Throwable> judge(SSLSession session) {
    return NodeUids.of(session)
        .filter(uids::contains)
        .map(
            uid ->
                new SSLPeerUnverifiedException(
                    "node %s was removed from the cluster for good".formatted(uid)));
  }
}
