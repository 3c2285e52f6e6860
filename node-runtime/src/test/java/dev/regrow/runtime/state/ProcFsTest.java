package dev.regrow.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcFsTest {

  @Test
  void a_name_with_blanks_and_brackets_does_not_shift_the_fields() {
    var stat =
        "812 (a) b (c)) S 1 812 812 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 55012 4096 1 18446";

    assertThat(ProcFs.startTicks(stat)).isEqualTo(55012);
  }

  @Test
  void the_start_of_our_own_process_stays_the_same() {
    int self = (int) ProcessHandle.current().pid();

    assertThat(ProcFs.startTicks(self)).isPositive().isEqualTo(ProcFs.startTicks(self));
    assertThat(ProcFs.startTicks(Integer.MAX_VALUE)).isEqualTo(-1);
  }
}
