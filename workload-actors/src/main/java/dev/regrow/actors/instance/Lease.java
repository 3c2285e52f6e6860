package dev.regrow.actors.instance;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Until when one instance may be started and may live, where it is to have a lease. Times are
 * CLOCK_BOOTTIME in nanoseconds.
 */
final class Lease {

  /** With less than this left, a start would be cut short by its own lease. */
  private static final Duration LEFT_MIN = Duration.ofSeconds(1);

  private final Duration usual;

  /** Read when a shim starts, too. */
  private final AtomicLong until = new AtomicLong();

  /**
   * @param usual length of an exclusive instance's
   */
  Lease(Duration usual) {
    this.usual = usual;
  }

  boolean allowsStart(InstanceMemory memory, long now) {
    return !memory.leased() || until.get() - now >= LEFT_MIN.toNanos();
  }

  /**
   * Takes in a renewal; one that was sent before another changes nothing for starts.
   *
   * @return until when what runs may live by this one; empty: it lives on no lease
   */
  OptionalLong renewed(InstanceMemory memory, InstanceSupervisor.RenewLease renewal) {
    if (!memory.leased()) {
      return OptionalLong.empty();
    }
    long end = renewal.sentBootNanos() + memory.lease(usual).toNanos();
    if (renewal.mayStart()) {
      until.accumulateAndGet(end, Math::max);
    }
    return OptionalLong.of(end);
  }

  /** Until when what is started now may live. */
  long until() {
    return until.get();
  }
}
