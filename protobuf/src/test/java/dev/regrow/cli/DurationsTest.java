package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({
    "0s,0",
    "250ms,250",
    "10s,10000",
    "2m,120000",
    "1h30m,5400000",
    "1d,86400000",
    "1m30s,90000"
  })
  void a_duration_is_read(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "-1s", "1s1m", "1.5s", "9999999999s", "1 s"})
  void what_is_no_duration_is_refused(String text) {
    assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void an_age_never_needs_more_than_six_letters(@ForAll @LongRange(max = 3650L * 86_400) long s) {
    assertThat(Durations.age(Duration.ofSeconds(s))).hasSizeBetween(2, 6);
  }

  @ParameterizedTest
  @CsvSource({"0,0s", "119,119s", "192,3m12s", "3600,60m", "7260,2h1m", "90000,25h", "187200,2d4h"})
  void an_age_has_one_or_two_units(long seconds, String text) {
    assertThat(Durations.age(Duration.ofSeconds(seconds))).isEqualTo(text);
  }
}
