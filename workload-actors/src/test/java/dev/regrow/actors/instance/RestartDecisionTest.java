package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.RestartDecision.Over;
import dev.regrow.actors.instance.RestartDecision.Restart;
import dev.regrow.actors.testing.Orders;
import dev.regrow.v1.Backoff;
import dev.regrow.v1.RestartMode;
import dev.regrow.v1.RestartPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RestartDecisionTest {

  private static final Duration AN_INSTANT = Duration.ofMillis(1);

  @Test
  void by_default_the_first_restart_is_immediate_and_later_ones_double_from_100_ms_to_30_s() {
    var waits = new ArrayList<Long>();

    int streak = 0;
    for (int i = 0; i < 12; i++) {
      var restart = (Restart) RestartDecision.decide(Orders.ALWAYS, true, streak, AN_INSTANT);
      waits.add(restart.after().toMillis());
      streak = restart.streak();
    }

    assertThat(waits)
        .isEqualTo(
            List.of(
                0L, 100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 30000L, 30000L));
  }

  @Test
  void running_well_begins_anew() {
    var after59s = RestartDecision.decide(Orders.ALWAYS, true, 8, Duration.ofSeconds(59));
    var after60s = RestartDecision.decide(Orders.ALWAYS, true, 8, Duration.ofSeconds(60));

    assertThat(after59s).isEqualTo(new Restart(Duration.ofMillis(12800), 9));
    assertThat(after60s).isEqualTo(new Restart(Duration.ZERO, 1));
  }

  @Test
  void on_failure_leaves_success_alone() {
    var policy = Orders.policy(RestartMode.ON_FAILURE);

    assertThat(RestartDecision.decide(policy, false, 0, AN_INSTANT)).isEqualTo(new Over(false));
    assertThat(RestartDecision.decide(policy, true, 0, AN_INSTANT)).isInstanceOf(Restart.class);
  }

  @Test
  void never_tells_failure_from_success() {
    var policy = Orders.policy(RestartMode.NEVER);

    assertThat(RestartDecision.decide(policy, false, 0, AN_INSTANT)).isEqualTo(new Over(false));
    assertThat(RestartDecision.decide(policy, true, 0, AN_INSTANT)).isEqualTo(new Over(true));
  }

  @Property
  void waits_never_shrink_within_a_streak_nor_exceed_max(
      @ForAll @LongRange(min = 1, max = 86_400_000) long base,
      @ForAll @LongRange(min = 1, max = 86_400_000) long max,
      @ForAll @DoubleRange(min = 1, max = 100) double factor,
      @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int streak) {
    var policy = policy(0, base, max, factor, 60_000);

    var now = restart(policy, streak, AN_INSTANT);
    var next = restart(policy, now.streak(), AN_INSTANT);

    assertThat(now.after()).isBetween(AN_INSTANT, Duration.ofMillis(max));
    assertThat(next.after()).isGreaterThanOrEqualTo(now.after());
    assertThat(next.streak()).isGreaterThanOrEqualTo(now.streak());
  }

  @Property
  void whoever_ran_well_waits_initial_whatever_was_before(
      @ForAll @LongRange(min = 0, max = 86_400_000) long initial,
      @ForAll @LongRange(min = 1, max = 86_400_000) long resetAfter,
      @ForAll @IntRange(min = 0, max = Integer.MAX_VALUE) int streak) {
    var policy = policy(initial, 100, 30_000, 2, resetAfter);

    var restart = restart(policy, streak, Duration.ofMillis(resetAfter));

    assertThat(restart).isEqualTo(new Restart(Duration.ofMillis(initial), 1));
  }

  @Property
  void a_launch_that_failed_never_counts_as_running_well(
      @ForAll @IntRange(min = 1, max = 100) int streak) {
    var policy = policy(0, 100, 30_000, 2, 0);

    assertThat(restart(policy, streak, Duration.ZERO).after()).isPositive();
  }

  private static Restart restart(RestartPolicy policy, int streak, Duration ranFor) {
    return (Restart) RestartDecision.decide(policy, true, streak, ranFor);
  }

  private static RestartPolicy policy(
      long initial, long base, long max, double factor, long resetAfter) {
    return RestartPolicy.newBuilder()
        .setBackoff(
            Backoff.newBuilder()
                .setInitial(initial)
                .setBase(base)
                .setMax(max)
                .setFactor(factor)
                .setResetAfter(resetAfter))
        .build();
  }
}
