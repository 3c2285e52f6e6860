package dev.regrow.actors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Load;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UsageSampleTest {

  private static final long BEGAN = 7;
  private static final UsageSample FIRST = UsageSample.NONE.next(used(5_000, 100), BEGAN);

  @Test
  void the_first_look_knows_no_rate_yet() {
    assertThat(FIRST.cpuMillis()).isZero();
    assertThat(FIRST.memoryBytes()).isEqualTo(100);
  }

  @Test
  void the_rate_is_what_was_spent_since_the_look_before() {
    var second = FIRST.next(used(5_000 + 1_250, 200), BEGAN + Duration.ofSeconds(5).toNanos());

    assertThat(second.cpuMillis()).isEqualTo(250);
    assertThat(second.memoryBytes()).isEqualTo(200);
  }

  @Test
  void a_counter_that_began_anew_is_no_negative_rate() {
    var anew = FIRST.next(used(10, 50), BEGAN + Duration.ofSeconds(5).toNanos());

    assertThat(anew.cpuMillis()).isZero();
    assertThat(anew.next(used(510, 50), BEGAN + Duration.ofSeconds(10).toNanos()).cpuMillis())
        .isEqualTo(100);
  }

  private static Load.Usage used(long cpuMillis, long memoryBytes) {
    return new Load.Usage(Duration.ofMillis(cpuMillis).toNanos(), memoryBytes, 1);
  }
}
