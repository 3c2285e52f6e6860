package dev.regrow.actors.instance;

import java.time.Duration;

/**
 * When each instance of a node may tell how far its image is: once a second, and all together so
 * often that many that wait for one image do not drown who listens. Thread-safe.
 */
public final class PullPace {

  static final Duration EACH = Duration.ofSeconds(1);
  private static final Duration APART = Duration.ofMillis(50);

  private long lastNanos;

  /**
   * Gives away the next turn.
   *
   * @param soonest how long from now it may be at the soonest
   * @return how long from now it is
   */
  synchronized Duration turn(long nowNanos, Duration soonest) {
    lastNanos = Math.max(nowNanos + soonest.toNanos(), lastNanos + APART.toNanos());
    return Duration.ofNanos(lastNanos - nowNanos);
  }
}
