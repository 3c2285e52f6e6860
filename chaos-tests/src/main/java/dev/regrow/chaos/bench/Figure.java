package dev.regrow.chaos.bench;

import java.util.Locale;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/**
 * One measured number beside its floor.
 *
 * @param unit ms, MB, %, per second...
 * @param atMost the floor of the project's goals; empty when it is only reported
 */
public record Figure(String name, double value, String unit, OptionalDouble atMost) {

  private static final double NANOS_PER_MILLI = 1e6;

  public static Figure of(String name, double value, String unit) {
    return new Figure(name, value, unit, OptionalDouble.empty());
  }

  public Figure atMost(double limit) {
    return new Figure(name, value, unit, OptionalDouble.of(limit));
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
    return atMost.isEmpty() || value <= atMost.getAsDouble();
  }

  @Override
  public String toString() {
    String floor =
        atMost.isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                "   (floor %s: %s)",
                plain(atMost.getAsDouble()),
                holds() ? "ok" : "MISSED");
    return String.format(Locale.ROOT, "  %-52s %12s %s%s", name, plain(value), unit, floor);
  }

  private static String plain(double number) {
    return String.format(Locale.ROOT, number >= 100 ? "%.0f" : "%.2f", number);
  }
}
