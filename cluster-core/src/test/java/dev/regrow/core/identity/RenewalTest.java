package dev.regrow.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class RenewalTest {

  @Property
  void a_certificate_is_renewed_with_a_third_left_or_a_little_more_and_worried_about_with_a_sixth(
      @ForAll @IntRange(min = 6, max = 100_000_000) int seconds,
      @ForAll @DoubleRange(min = 0, max = 1) double chance) {
    var life = Duration.ofSeconds(seconds);
    var made = Instant.EPOCH;
    var certificate =
        new CertifiedNode(
            "0123456789ab", NodeRole.WORKER, List.of("10.0.0.1"), made, made.plus(life));

    var renewal = Renewal.of(certificate, chance);

    assertThat(renewal.at())
        .isAfterOrEqualTo(made.plus(life.dividedBy(2)))
        .isBeforeOrEqualTo(made.plus(life.multipliedBy(2).dividedBy(3)).plusSeconds(1));
    assertThat(renewal.worry()).isAfterOrEqualTo(renewal.at()).isBefore(certificate.goodUntil());
    assertThat(renewal.again()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(5));
    assertThat(renewal.isDue(made)).isFalse();
    assertThat(renewal.isDue(certificate.goodUntil())).isTrue();
    assertThat(renewal.isWorrying(renewal.worry())).isTrue();
  }

  @Property
  void what_is_left_is_nothing_once_it_is_due_and_never_leads_past_that_moment(
      @ForAll @IntRange(min = -1_000_000, max = 1_000_000) int millis) {
    var at = Instant.EPOCH;
    var renewal = new Renewal(at, at.plusSeconds(1), Duration.ofSeconds(1));
    var now = at.plusMillis(millis);

    var left = renewal.left(now, Duration.ofMinutes(10));

    assertThat(left.isZero()).isEqualTo(renewal.isDue(now));
    assertThat(left).isBetween(Duration.ZERO, Duration.ofMinutes(10));
    if (!left.isZero()) {
      assertThat(now.plus(left)).isBeforeOrEqualTo(at);
    }
  }
}
