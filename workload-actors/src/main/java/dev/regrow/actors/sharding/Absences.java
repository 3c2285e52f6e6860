package dev.regrow.actors.sharding;

import dev.regrow.core.membership.Absence;
import dev.regrow.core.membership.Membership;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for nodes that were stopped and announced to be back: one that is not back in time is
 * declared down. Every server waits, from when it learned of it, and the store takes the first
 * word.
 */
final class Absences {

  private static final Logger LOG = LoggerFactory.getLogger(Absences.class);
  private static final Duration AGAIN = Duration.ofSeconds(2);

  private final Membership membership;
  private final LongSupplier wallMillis;

  /** By node: until when it said to be away, which tells one absence from the next. */
  private final Map<String, Long> awaited = new ConcurrentHashMap<>();

  Absences(Membership membership, LongSupplier wallMillis) {
    this.membership = membership;
    this.wallMillis = wallMillis;
  }

  /** A node's record as it is now. */
  void judge(StoredNode node) {
    long until = node.getPhase() == NodePhase.NODE_DOWN ? 0 : node.getAwayUntil();
    if (until == 0) {
      awaited.remove(node.getUid());
    } else if (!Long.valueOf(until).equals(awaited.put(node.getUid(), until))) {
      later(node.getUid(), until, Absence.leftMillis(node, wallMillis.getAsLong()));
    }
  }

  private void later(String uid, long until, long millis) {
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS)
        .execute(() -> declare(uid, until));
  }

  private void declare(String uid, long until) {
    if (!Long.valueOf(until).equals(awaited.get(uid))) {
      return;
    }
    LOG.warn("node {} is not back in time: what it ran is replaced elsewhere", uid);
    membership
        .register(uid, node -> node.getAwayUntil() == until ? down(node) : node)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.warn("node {} cannot be declared down yet: {}", uid, failure.getMessage());
                later(uid, until, AGAIN.toMillis());
              }
            });
  }

  private static StoredNode down(StoredNode node) {
    return Absence.over(node).toBuilder().setPhase(NodePhase.NODE_DOWN).build();
  }
}
