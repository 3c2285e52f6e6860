package dev.regrow.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.history.Availability.Stretch;
import dev.regrow.chaos.history.Operation.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AvailabilityTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void pieces_in_which_a_change_was_acknowledged_are_up() {
    var history =
        List.of(write(100, Outcome.OK), write(1_500, Outcome.OK), write(4_200, Outcome.OK));

    var stretches = Availability.of(history, 0, Duration.ofSeconds(6), SECOND);

    assertThat(stretches)
        .containsExactly(
            stretch(0, 2, true), stretch(2, 4, false), stretch(4, 5, true), stretch(5, 6, false));
    assertThat(Availability.share(stretches)).isEqualTo(0.5);
    assertThat(Availability.longestDown(stretches)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void reads_and_what_was_refused_say_nothing() {
    var read = new Operation(0, "k", new Operation.Read(null), Outcome.OK, nanos(100), nanos(100));

    var stretches =
        Availability.of(
            List.of(read, write(100, Outcome.NOT_APPLIED)), 0, Duration.ofSeconds(2), SECOND);

    assertThat(stretches).containsExactly(stretch(0, 2, false));
    assertThat(Availability.share(stretches)).isZero();
  }

  private static Stretch stretch(int from, int until, boolean up) {
    return new Stretch(Duration.ofSeconds(from), Duration.ofSeconds(until), up);
  }

  private static Operation write(int millis, Outcome outcome) {
    return new Operation(0, "k", new Operation.Write("v"), outcome, nanos(millis), nanos(millis));
  }

  private static long nanos(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
