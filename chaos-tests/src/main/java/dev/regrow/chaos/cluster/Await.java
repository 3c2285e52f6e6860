package dev.regrow.chaos.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for an observable fact, with a deadline that says what was last seen. */
public final class Await {

  private static final Duration PAUSE = Duration.ofMillis(5);

  private Await() {}

  /**
   * @param what a noun phrase: "three ready instances"
   * @throws AssertionError when the deadline passes; it names what was last seen
   */
  public static <T> T until(
      String what, Duration within, Supplier<T> look, Predicate<? super T> enough) {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      T seen = look.get();
      if (enough.test(seen)) {
        return seen;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited %s for %s; last seen: %s".formatted(within, what, seen));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  /** The same for a plain condition. */
  public static void until(String what, Duration within, Supplier<Boolean> condition) {
    until(what, within, condition, seen -> seen);
  }
}
