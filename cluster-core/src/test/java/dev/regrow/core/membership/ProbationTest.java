package dev.regrow.core.membership;

import static dev.regrow.core.membership.Probation.OVER_AFTER;
import static dev.regrow.core.membership.Probation.UNHEARD_OF_AFTER;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbationTest {

  private static final Duration A_WHILE = Duration.ofMillis(500);

  @Test
  void whoever_is_heard_of_waits_for_as_long_as_silent_members_take_to_be_declared_dead() {
    var probation = Probation.begun(0);
    long now = 0;
    while (now + A_WHILE.toNanos() < OVER_AFTER.toNanos()) {
      now += A_WHILE.toNanos();
      probation = probation.looked(true, now);
      assertThat(probation.failure(now)).isEmpty();
    }

    assertThat(probation.failure(OVER_AFTER.toNanos())).hasValueSatisfying(s -> contains(s, "20"));
  }

  @Test
  void whoever_nobody_hears_of_does_not_wait_for_that() {
    var probation = Probation.begun(0).looked(true, A_WHILE.toNanos());

    long before = UNHEARD_OF_AFTER.plus(A_WHILE).toNanos() - 1;
    assertThat(probation.looked(false, before).failure(before)).isEmpty();
    assertThat(probation.looked(false, before + 1).failure(before + 1))
        .hasValueSatisfying(s -> contains(s, "no member has heard"));
  }

  private static void contains(String text, String part) {
    assertThat(text).contains(part);
  }
}
