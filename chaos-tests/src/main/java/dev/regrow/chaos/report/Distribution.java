package dev.regrow.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/** How numbers are spread. */
public final class Distribution {

  private final double[] sorted;

  private Distribution(double[] sorted) {
    this.sorted = sorted;
  }

  public static Distribution of(DoubleStream numbers) {
    return new Distribution(numbers.sorted().toArray());
  }

  public boolean isEmpty() {
    return sorted.length == 0;
  }

  /** The smallest number that so many per cent are at most; 0 when there are none. */
  public double percentile(double percent) {
    if (isEmpty()) {
      return 0;
    }
    int rank = (int) Math.ceil(percent * sorted.length / 100 - 1e-9);
    return sorted[Math.max(1, Math.min(sorted.length, rank)) - 1];
  }

  public double max() {
    return percentile(100);
  }

  /**
   * A bar of a histogram.
   *
   * @param from inclusive
   * @param until exclusive
   */
  public record Bar(double from, double until, int count) {}

  /** Bars as wide as this one, from 0 to the largest. */
  public List<Bar> bars(double width) {
    var bars = new ArrayList<Bar>();
    int next = 0;
    for (int i = 0; next < sorted.length; i++) {
      int first = next;
      while (next < sorted.length && sorted[next] < (i + 1) * width) {
        next++;
      }
      bars.add(new Bar(i * width, (i + 1) * width, next - first));
    }
    return bars;
  }

  /** 1, 2 or 5 times a power of ten, so that so many steps reach to this number at least. */
  public static double niceStep(double reach, int steps) {
    double least = Math.max(reach, 1e-9) / steps;
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
