package dev.regrow.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.report.RunReport.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FiguresTest {

  private static Sample good(long at) {
    return new Sample(at, 1, true, "");
  }

  private static Sample bad(long at) {
    return new Sample(at, 50, false, "refused");
  }

  private static List<Sample> drawn(Random random, int count) {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < count; i++) {
      samples.add(random.nextInt(4) == 0 ? bad(100L * i) : good(100L * i));
    }
    return samples;
  }

  @Test
  void a_gap_lasts_from_the_last_good_answer_to_the_next() {
    assertThat(Availability.longestGapMillis(List.of(good(0), bad(100), bad(200), good(300))))
        .isEqualTo(300);
    assertThat(Availability.longestGapMillis(List.of(bad(0), good(100)))).isEqualTo(100);
  }

  @Test
  void a_gap_that_never_ends_lasts_as_long_as_was_asked() {
    assertThat(Availability.longestGapMillis(List.of(good(0), bad(100), bad(200)))).isEqualTo(250);
  }

  @Test
  void without_a_failure_there_is_no_gap() {
    assertThat(Availability.longestGapMillis(List.of(good(0), good(5000)))).isZero();
    assertThat(Availability.longestGapMillis(List.of())).isZero();
  }

  @Property
  void there_is_a_gap_exactly_if_something_failed(
      @ForAll long seed, @ForAll @IntRange(max = 60) int count) {
    var samples = drawn(new Random(seed), count);

    assertThat(Availability.longestGapMillis(samples) > 0)
        .isEqualTo(Availability.percent(samples) < 100);
  }

  @Property
  void a_strip_counts_every_sample_once(
      @ForAll long seed,
      @ForAll @IntRange(max = 300) int count,
      @ForAll @IntRange(min = 1, max = 50) int cells) {
    var samples = drawn(new Random(seed), count);

    var strip = Availability.strip(samples, 20_000, cells);

    assertThat(strip).hasSize(cells);
    assertThat(strip.stream().mapToInt(Availability.Cell::asked).sum()).isEqualTo(count);
    assertThat(strip.stream().mapToInt(Availability.Cell::failed).sum())
        .isEqualTo((int) samples.stream().filter(each -> !each.good()).count());
  }

  @Property
  void so_many_per_cent_are_at_most_a_percentile(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 200) int count,
      @ForAll @IntRange(min = 1, max = 100) int percent) {
    var numbers = new Random(seed).doubles(count, 0, 1000).toArray();
    double bound = Distribution.of(DoubleStream.of(numbers)).percentile(percent);

    assertThat(DoubleStream.of(numbers).filter(each -> each <= bound).count() * 100.0 / count)
        .isGreaterThanOrEqualTo(percent - 1e-9);
    assertThat(DoubleStream.of(numbers).filter(each -> each < bound).count() * 100.0 / count)
        .isLessThan(percent);
  }

  @Property
  void bars_hold_every_number(@ForAll long seed, @ForAll @IntRange(max = 200) int count) {
    var spread = Distribution.of(new Random(seed).doubles(count, 0, 1000));
    double width = Distribution.niceStep(spread.max() * 1.001, 12);

    var bars = spread.bars(width);

    assertThat(bars.stream().mapToInt(Distribution.Bar::count).sum()).isEqualTo(count);
    assertThat(bars.size()).isLessThanOrEqualTo(13);
  }

  @Test
  void an_axis_has_a_handful_of_marks() {
    assertThat(Clock.marks(92_400))
        .containsExactly(0L, 15_000L, 30_000L, 45_000L, 60_000L, 75_000L, 90_000L);
    for (long duration = 500; duration < 40_000_000; duration *= 2) {
      assertThat(Clock.marks(duration)).hasSizeBetween(1, 8);
    }
  }

  @Test
  void times_are_told_as_people_read_them() {
    assertThat(
            List.of(
                Clock.span(4.26),
                Clock.span(640),
                Clock.span(4_250),
                Clock.span(65_000),
                Clock.span(120_000)))
        .containsExactly("4.3 ms", "640 ms", "4.3 s", "1 min 5 s", "2 min");
    assertThat(Clock.exactly(75_960)).isEqualTo("1:15.9");
  }

  @Test
  void of_many_answers_a_page_shows_all_times_of_failure_and_the_slowest() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 20_000; i++) {
      samples.add(i == 777 ? bad(i) : new Sample(i, i == 5_000 ? 900 : 1, true, ""));
    }

    var shown = LatencyChart.shown(samples, 20_000);

    assertThat(shown.size()).isLessThanOrEqualTo(3_300);
    assertThat(shown).anyMatch(each -> !each.good()).anyMatch(each -> each.tookMillis() == 900);
  }
}
