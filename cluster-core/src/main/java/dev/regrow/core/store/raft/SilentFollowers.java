package dev.regrow.core.store.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * Connects a leader anew to followers that it has not heard of for a while. When a link that lost
 * all packets is healed, TCP tries a connection that stood before only after as long again as it
 * was cut, up to two minutes; a new one is there at once.
 */
final class SilentFollowers {

  /** From when on a follower counts as silent. */
  static final Duration AFTER = Duration.ofMillis(2500);

  /** As a part of the silence so far: who is away for a day is not tried every few seconds. */
  private static final int SHARE = 8;

  private static final ThreadFactory THREADS = RaftStore.threads("store-connect");

  private final LongSupplier nowMillis;
  private final Map<String, Long> tried = new HashMap<>();

  /**
   * @param nowMillis a clock that never goes back
   */
  SilentFollowers(LongSupplier nowMillis) {
    this.nowMillis = nowMillis;
  }

  /** Called for each vain attempt to speak with it, from Ratis' threads; does not block. */
  void silent(RaftServer server, RoleInfoProto role, RaftPeerId follower) {
    long silentMillis =
        role.getLeaderInfo().getFollowerInfoList().stream()
            .filter(each -> each.getId().getId().toStringUtf8().equals(follower.toString()))
            .mapToLong(each -> each.getLastRpcElapsedTimeMs())
            .findFirst()
            .orElse(0);
    if (isDue(follower.toString(), silentMillis)) {
      // The old connection is closed with some patience.
      THREADS
          .newThread(
              () ->
                  server
                      .getServerRpc()
                      .handleException(follower, new IOException("it says nothing"), true))
          .start();
    }
  }

  synchronized boolean isDue(String follower, long silentMillis) {
    long now = nowMillis.getAsLong();
    long pause = Math.max(AFTER.toMillis(), silentMillis / SHARE);
    if (silentMillis < AFTER.toMillis()
        || now - tried.getOrDefault(follower, now - pause) < pause) {
      return false;
    }
    tried.put(follower, now);
    return true;
  }
}
