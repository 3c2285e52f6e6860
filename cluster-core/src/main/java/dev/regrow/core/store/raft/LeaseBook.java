package dev.regrow.core.store.raft;

import java.util.HashMap;
import java.util.Map;

/**
 * When each lease was last renewed, as one leader knows it: since its election, for what was before
 * that it never learns. Times are of one monotonic clock, in nanoseconds. Thread-safe.
 */
public final class LeaseBook {

  private final Map<String, Long> renewed = new HashMap<>();
  private long term = -1;
  private long since;

  /** This server leads in that term; a new one begins with every lease renewed now. */
  public synchronized void leads(long newTerm, long now) {
    if (newTerm != term) {
      term = newTerm;
      since = now;
      renewed.clear();
    }
  }

  public synchronized void renewed(String holder, long now) {
    renewed.put(holder, now);
  }

  /** Nanoseconds, 0 or more. */
  public synchronized long age(String holder, long now) {
    long last = renewed.getOrDefault(holder, since);
    return Math.max(0, now - (last - since < 0 ? since : last));
  }
}
