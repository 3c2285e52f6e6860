package dev.regrow.chaos.bench;

import java.util.Locale;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/**
 * One measured number beside its floor.
 *
 * @param unit ms, MB, %, per second...
 * @param atMost the most that the project's goals allow; empty when it is only reported
 * @param atLeast the least
 */
public record Figure(
    String name, double value, String unit, OptionalDouble atMost, OptionalDouble atLeast) {

  private static final double NANOS_PER_MILLI = 1e6;

  public static Figure of(String name, double value, String unit) {
    return new Figure(name, value, unit, OptionalDouble.empty(), OptionalDouble.empty());
  }

  public Figure atMost(double limit) {
    return new Figure(name, value, unit, OptionalDouble.of(limit), atLeast);
  }

  public Figure atLeast(double limit) {
    return new Figure(name, value, unit, atMost, OptionalDouble.of(limit));
  }

  /** A percentile of nanoseconds, in milliseconds. */
  public static Figure percentile(String name, Histogram nanos, double percentile) {
    String label =
        percentile == 100
            ? "max"
            : "p"
                + (percentile == (int) percentile
                    ? Integer.toString((int) percentile)
                    : Double.toString(percentile));
    return of(name + " " + label, nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI, "ms");
  }

  /** Whether it keeps its floor. */
  public boolean holds() {
    return value <= atMost.orElse(Double.POSITIVE_INFINITY)
        && value >= atLeast.orElse(Double.NEGATIVE_INFINITY);
  }

  @Override
  public String toString() {
    String floor = floor(atMost) + floor(atLeast);
    return String.format(Locale.ROOT, "  %-52s %12s %s%s", name, plain(value), unit, floor);
  }

  private String floor(OptionalDouble limit) {
    return limit.isEmpty()
        ? ""
        : String.format(
            Locale.ROOT,
            "   (floor %s: %s)",
            plain(limit.getAsDouble()),
            holds() ? "ok" : "MISSED");
  }

  private static String plain(double number) {
    return String.format(Locale.ROOT, number >= 100 ? "%.0f" : "%.2f", number);
  }
}
