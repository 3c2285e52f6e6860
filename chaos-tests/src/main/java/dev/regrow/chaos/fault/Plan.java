package dev.regrow.chaos.fault;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which faults happen when. Equal plans do the same.
 *
 * @param length of all, quiet at the end included
 * @param faults by the time at which they begin
 */
public record Plan(Duration length, List<Planned> faults) {

  /**
   * One of them.
   *
   * @param at since the beginning of the plan
   */
  public record Planned(Duration at, Fault fault) {

    /** When it is taken away. */
    public Duration until() {
      return at.plus(fault.lasts());
    }

    @Override
    public String toString() {
      return "at %s %s".formatted(Unit.MILLIS.write(at.toMillis()), fault);
    }
  }

  public Plan {
    faults = faults.stream().sorted(Comparator.comparing(Planned::at)).toList();
  }

  /** When the last fault is taken away; 0 without faults. */
  public Duration lastFault() {
    return faults.stream().map(Planned::until).max(Duration::compareTo).orElse(Duration.ZERO);
  }

  /** A fault a line. */
  @Override
  public String toString() {
    return faults.stream().map(Planned::toString).collect(Collectors.joining("\n"));
  }
}
