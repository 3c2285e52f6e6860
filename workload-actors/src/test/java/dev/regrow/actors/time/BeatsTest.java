package dev.regrow.actors.time;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class BeatsTest {

  private static final long HOUR = 3_600_000_000_000L;

  @Test
  void timers_of_different_delays_meet() {
    assertThat(at(130, 500)).isEqualTo(1000);
    assertThat(at(260, 500)).isEqualTo(1000);
    assertThat(at(999, 1000)).isEqualTo(2000);
  }

  @Test
  void a_timer_on_its_beat_keeps_its_delay_although_it_runs_a_little_late() {
    assertThat(at(1000, 500)).isEqualTo(1500);
    assertThat(at(1001, 500)).isEqualTo(1500);
    assertThat(at(1100, 2000)).isEqualTo(3000);
    assertThat(at(1003, 100)).isEqualTo(1100);
  }

  @Test
  void short_delays_are_left_as_they_are() {
    assertThat(at(1003, 20)).isEqualTo(1023);
  }

  @Property
  void the_wait_is_hardly_shorter_than_the_delay_and_less_than_a_beat_longer(
      @ForAll @LongRange(min = 0, max = HOUR) long now,
      @ForAll @LongRange(min = 1, max = HOUR) long delay) {
    long wait = Beats.untilNext(now, delay);

    assertThat(wait).isGreaterThanOrEqualTo(delay - delay / 4);
    assertThat(wait).isLessThan(delay + MILLISECONDS.toNanos(500));
  }

  private static long at(long nowMillis, long delayMillis) {
    long now = MILLISECONDS.toNanos(nowMillis);
    return NANOSECONDS.toMillis(now + Beats.untilNext(now, MILLISECONDS.toNanos(delayMillis)));
  }
}
