package dev.regrow.actors.time;

import java.util.concurrent.TimeUnit;

/**
 * When repeated timers fall due: at multiples of half a second, faster ones of 50 ms, instead of
 * each at a time of its own. To wake a thread costs more than most of what a timer then does.
 */
final class Beats {

  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FAST = TimeUnit.MILLISECONDS.toNanos(50);

  private Beats() {}

  /**
   * How long to wait, in nanoseconds: the delay, lengthened to the next beat by less than one beat.
   * A timer that runs a little late (by less than a quarter of a beat) keeps its beat, so the wait
   * may be that much shorter. Delays below 50 ms are left as they are.
   *
   * @param now nanoseconds since an origin that all timers share
   * @param delay nanoseconds, positive
   */
  static long untilNext(long now, long delay) {
    long beat = delay >= SLOW ? SLOW : FAST;
    if (delay < beat) {
      return delay;
    }
    long late = Math.floorMod(now, beat);
    long earliest = late < beat / 4 ? now - late + delay : now + delay;
    return -Math.floorDiv(-earliest, beat) * beat - now;
  }
}
