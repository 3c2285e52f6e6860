package dev.regrow.gateway.http;

import dev.regrow.runtime.InstanceKey;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Bounds what goes on at a time in each instance, and on this node. Thread-safe. */
final class Places {

  private final int perInstance;
  private final int inAll;
  private final Map<InstanceKey, Integer> taken = new HashMap<>();
  private int total;

  Places(int perInstance, int inAll) {
    this.perInstance = perInstance;
    this.inAll = inAll;
  }

  /**
   * @return to be run when the place is free again; more than once does no harm
   */
  synchronized Runnable take(InstanceKey key) {
    int now = taken.getOrDefault(key, 0);
    if (now >= perInstance || total >= inAll) {
      throw HttpProblem.of(
              429,
              "too-many-requests",
              now >= perInstance
                  ? "%d of these go on in %s already; end one".formatted(now, key.instanceId())
                  : "%d of these go on on this node already; end one".formatted(total))
          .with("Retry-After", "5");
    }
    taken.put(key, now + 1);
    total++;
    var freed = new AtomicBoolean();
    return () -> {
      if (!freed.getAndSet(true)) {
        free(key);
      }
    };
  }

  private synchronized void free(InstanceKey key) {
    total--;
    taken.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
  }
}
