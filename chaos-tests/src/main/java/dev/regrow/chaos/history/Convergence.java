package dev.regrow.chaos.history;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How long after the last fault everything was as declared, and stayed so. */
public final class Convergence {

  private Convergence() {}

  /**
   * One look at the whole.
   *
   * @param nanos when, by the same clock as the fault
   */
  public record Look(long nanos, boolean asDeclared) {}

  /**
   * @param lastFaultNanos when the last fault was over
   * @param looks in the order of time
   * @return empty: it isn't as declared in the end, or nobody looked after the fault
   */
  public static Optional<Duration> after(long lastFaultNanos, List<Look> looks) {
    var later = looks.stream().filter(look -> look.nanos() >= lastFaultNanos).toList();
    Optional<Duration> since = Optional.empty();
    for (Look look : later) {
      if (!look.asDeclared()) {
        since = Optional.empty();
      } else if (since.isEmpty()) {
        since = Optional.of(Duration.ofNanos(look.nanos() - lastFaultNanos));
      }
    }
    return since;
  }
}
