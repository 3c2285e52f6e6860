package dev.regrow.actors.time;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import scala.concurrent.ExecutionContext;

class BeatsTest {

  private static final long HOUR = 3_600_000_000_000L;

  private static final ExecutionContext HERE = ExecutionContext.fromExecutor(Runnable::run);

  @Test
  void timers_of_different_delays_meet() {
    assertThat(at(130, 500)).isEqualTo(1000);
    assertThat(at(260, 500)).isEqualTo(1000);
    assertThat(at(999, 1000)).isEqualTo(2000);
  }

  @Test
  void one_wake_does_for_all_that_wait_for_a_beat_and_the_forgotten_do_not_run()
      throws InterruptedException {
    var deadlines = new ScheduledThreadPoolExecutor(1);
    try {
      var beats = new Beats(deadlines);
      var runs = new ArrayList<String>();
      var last = new CountDownLatch(1);

      beats.add(HOUR, HERE, () -> runs.add("never"));
      beats.add(HOUR, HERE, () -> runs.add("never"));
      assertThat(deadlines.getQueue()).hasSizeLessThanOrEqualTo(2);

      beats.add(MILLISECONDS.toNanos(100), HERE, () -> runs.add("one"));
      beats.add(MILLISECONDS.toNanos(100), HERE, () -> runs.add("forgotten")).run();
      beats.add(MILLISECONDS.toNanos(300), HERE, last::countDown);
      assertThat(last.await(10, SECONDS)).isTrue();

      assertThat(runs).containsExactly("one");
    } finally {
      deadlines.shutdownNow();
    }
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
