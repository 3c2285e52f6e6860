package dev.regrow.actors.time;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import scala.concurrent.ExecutionContext;

/**
 * Repeated timers fall due together: at multiples of half a second, faster ones of 50 ms, instead
 * of each at a time of its own. To wake a thread costs more than most of what a timer then does.
 */
final class Beats {

  private static final long SLOW = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long FAST = TimeUnit.MILLISECONDS.toNanos(50);

  /** Of this process: two nodes on one machine beat at times of their own. */
  private static final long ORIGIN = System.nanoTime();

  private final ScheduledExecutorService deadlines;

  /** By beat, nanoseconds since the origin, the timers with their executors. */
  private final Map<Long, Map<Runnable, ExecutionContext>> waiting = new ConcurrentHashMap<>();

  /**
   * @param deadlines wakes once for each beat
   */
  Beats(ScheduledExecutorService deadlines) {
    this.deadlines = deadlines;
  }

  /**
   * Has it run once, on a beat.
   *
   * @param delay nanoseconds, positive
   * @return makes it forgotten
   * @throws java.util.concurrent.RejectedExecutionException if nobody wakes any more
   */
  Runnable add(long delay, ExecutionContext executor, Runnable timer) {
    long now = System.nanoTime() - ORIGIN;
    long beat = now + untilNext(now, delay);
    waiting.compute(
        beat,
        (at, timers) -> {
          var all = timers == null ? awaited(at) : timers;
          all.put(timer, executor);
          return all;
        });
    return () ->
        waiting.computeIfPresent(
            beat,
            (at, timers) -> {
              timers.remove(timer);
              return timers; // Even when empty: the beat will fall, and ends it.
            });
  }

  private Map<Runnable, ExecutionContext> awaited(long beat) {
    long wait = Math.max(0, beat - (System.nanoTime() - ORIGIN));
    var unused = deadlines.schedule(() -> fall(beat), wait, TimeUnit.NANOSECONDS);
    return new LinkedHashMap<>();
  }

  boolean hasTimers() {
    return waiting.values().stream().anyMatch(timers -> !timers.isEmpty());
  }

  private void fall(long beat) {
    var due = waiting.remove(beat);
    if (due == null || due.isEmpty()) {
      return;
    }
    if (Math.floorMod(beat, SLOW) == 0) {
      // Most wait for the next one again: awaited from here, it need not wake this thread for that.
      waiting.computeIfAbsent(beat + SLOW, this::awaited);
    }
    var byExecutor = new LinkedHashMap<ExecutionContext, List<Runnable>>();
    due.forEach(
        (timer, executor) ->
            byExecutor.computeIfAbsent(executor, none -> new ArrayList<>()).add(timer));
    byExecutor.forEach((executor, timers) -> hand(timers, executor));
  }

  /** In one piece: an idle executor's thread is woken once. */
  private static void hand(List<Runnable> timers, ExecutionContext executor) {
    try {
      executor.execute(() -> timers.forEach(timer -> run(timer, executor)));
    } catch (RuntimeException refused) {
      executor.reportFailure(refused); // The timers of everybody else go on.
    }
  }

  private static void run(Runnable timer, ExecutionContext executor) {
    try {
      timer.run();
    } catch (RuntimeException failed) {
      executor.reportFailure(failed);
    }
  }

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
