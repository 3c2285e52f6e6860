package dev.regrow.runtime.image.source;

import java.time.Duration;

/**
 * How fast a body must come, or else it ends: whoever trickles would keep others from coming.
 *
 * @param over each stretch of this length is judged by itself
 */
public record LeastRate(long bytesPerSecond, Duration over) {

  /** As many layers as come at a time still do by a link of 1 Mbit/s. */
  public static final LeastRate USUAL = new LeastRate(32 << 10, Duration.ofMinutes(1));

  Watch from(long nowNanos) {
    return new Watch(nowNanos);
  }

  @Override
  public String toString() {
    return "%d KiB a second over %d s".formatted(bytesPerSecond >> 10, over.toSeconds());
  }

  /** One body, looked at now and then. Pure but for what it remembers. */
  final class Watch {

    private long sinceNanos;
    private long before;

    private Watch(long nowNanos) {
      sinceNanos = nowNanos;
    }

    /**
     * @param count bytes that have come in all
     */
    boolean isTooSlow(long nowNanos, long count) {
      long passed = nowNanos - sinceNanos;
      if (passed < over.toNanos()) {
        return false;
      }
      boolean slow = count - before < bytesPerSecond * (passed / 1e9);
      sinceNanos = nowNanos;
      before = count;
      return slow;
    }
  }
}
