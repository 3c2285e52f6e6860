package dev.regrow.chaos.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for an observable fact, with a deadline that says what was last seen. */
public final class Await {

  /** Between two looks: a part of the wait so far, for each look takes from what it waits for. */
  private static final int PART = 20;

  private static final long PAUSE_MIN_NANOS = 5_000_000;
  private static final long PAUSE_MAX_NANOS = 25_000_000;

  private Await() {}

  /**
   * @param what a noun phrase: "three ready instances"
   * @throws AssertionError when the deadline passes; it names what was last seen
   */
  public static <T> T until(
      String what, Duration within, Supplier<T> look, Predicate<? super T> enough) {
    long began = System.nanoTime();
    while (true) {
      T seen = look.get();
      if (enough.test(seen)) {
        return seen;
      }
      long waited = System.nanoTime() - began;
      if (waited > within.toNanos()) {
        throw new AssertionError("waited %s for %s; last seen: %s".formatted(within, what, seen));
      }
      LockSupport.parkNanos(Math.max(PAUSE_MIN_NANOS, Math.min(PAUSE_MAX_NANOS, waited / PART)));
    }
  }

  /** The same for a plain condition. */
  public static void until(String what, Duration within, Supplier<Boolean> condition) {
    until(what, within, condition, seen -> seen);
  }
}
