package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.Sample;
import java.util.ArrayList;
import java.util.List;

/** How well somebody was served, told by the samples of a probe. */
public final class Availability {

  private Availability() {}

  /**
   * A stretch of time.
   *
   * @param asked samples in it
   * @param failed those of them that were not good
   */
  public record Cell(long fromMillis, long untilMillis, int asked, int failed) {}

  /** Per cent of the samples that were good; 100 when there are none. */
  public static double percent(List<Sample> samples) {
    long good = samples.stream().filter(Sample::good).count();
    return samples.isEmpty() ? 100 : 100.0 * good / samples.size();
  }

  /**
   * The longest time that nobody was served: from the last good sample before a failure, or the
   * failure itself where there is none before, to the next good one, or to the end of the last
   * sample. 0 when none failed.
   */
  public static long longestGapMillis(List<Sample> samples) {
    long longest = 0;
    long since = -1;
    long lastGood = -1;
    long gaveUp = 0;
    for (Sample sample : samples) {
      if (sample.good()) {
        longest = since < 0 ? longest : Math.max(longest, sample.atMillis() - since);
        since = -1;
        lastGood = sample.atMillis();
      } else {
        since = since >= 0 ? since : lastGood >= 0 ? lastGood : sample.atMillis();
        gaveUp = sample.atMillis() + Math.max(1, Math.round(sample.tookMillis()));
      }
    }
    return since < 0 ? longest : Math.max(longest, gaveUp - since);
  }

  /** The time from 0 to the end in so many equal cells. */
  public static List<Cell> strip(List<Sample> samples, long durationMillis, int cells) {
    int[] asked = new int[cells];
    int[] failed = new int[cells];
    for (Sample sample : samples) {
      long place = sample.atMillis() * cells / Math.max(1, durationMillis);
      int cell = (int) Math.max(0, Math.min(cells - 1, place));
      asked[cell]++;
      failed[cell] += sample.good() ? 0 : 1;
    }
    var strip = new ArrayList<Cell>();
    for (int i = 0; i < cells; i++) {
      strip.add(
          new Cell(
              durationMillis * i / cells, durationMillis * (i + 1) / cells, asked[i], failed[i]));
    }
    return strip;
  }
}
