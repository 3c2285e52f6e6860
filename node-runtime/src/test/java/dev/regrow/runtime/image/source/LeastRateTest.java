package dev.regrow.runtime.image.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a body comes too slowly. */
final class LeastRateTest {

  private final LeastRate.Watch watch = new LeastRate(1000, Duration.ofMinutes(1)).from(5);

  @Test
  void what_comes_fast_enough_in_each_minute_goes_on_however_long_it_takes() {
    for (int minute = 1; minute <= 100; minute++) {
      assertThat(watch.isTooSlow(5 + seconds(60L * minute), 60_000L * minute)).isFalse();
    }
  }

  @Test
  void a_pause_within_a_minute_does_not_count() {
    assertThat(watch.isTooSlow(5 + seconds(1), 0)).isFalse();
    assertThat(watch.isTooSlow(5 + seconds(59), 0)).isFalse();
    assertThat(watch.isTooSlow(5 + seconds(60), 60_000)).isFalse();
  }

  @Test
  void what_came_fast_at_first_does_not_pay_for_a_later_minute() {
    assertThat(watch.isTooSlow(5 + seconds(60), 10_000_000)).isFalse();
    assertThat(watch.isTooSlow(5 + seconds(120), 10_059_999)).isTrue();
  }

  @Test
  void a_look_that_comes_late_judges_by_all_the_time_that_has_passed() {
    assertThat(watch.isTooSlow(5 + seconds(90), 60_000)).isTrue();
  }

  private static long seconds(long count) {
    return Duration.ofSeconds(count).toNanos();
  }
}
