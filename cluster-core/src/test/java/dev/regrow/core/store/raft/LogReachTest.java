package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReachTest {

  @Test
  void what_a_log_must_reach_is_what_was_applied_by_the_time_before_and_never_becomes_less(
      @TempDir Path folder) throws Exception {
    Path file = folder.resolve("pace");
    var reach = new LogReach(file);
    assertThat(reach.from(5)).isEqualTo(5);

    reach.note(9);
    assertThat(new LogReach(file).from(-1)).isEqualTo(5);
    reach.note(-1); // A server without a leader, started again, has applied nothing yet.
    assertThat(new LogReach(file).from(-1)).isEqualTo(9);
    reach.note(-1);
    assertThat(new LogReach(file).from(-1)).isEqualTo(9);

    reach.forget();
    reach.note(2);
    assertThat(new LogReach(file).from(-1)).isZero();
  }
}
