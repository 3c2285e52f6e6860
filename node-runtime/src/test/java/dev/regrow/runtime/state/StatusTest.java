package dev.regrow.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StatusTest {

  static final String RUNNING =
      """
      regrow-status=1
      attempt=3
      shim.pid=812
      shim.start=55012
      init.pid=815
      init.start=55013
      workload.pid=816
      workload.start=55014
      started.boottime=550150000000
      started.realtime=1767225600000000001
      state=running
      """;

  static final String EXITED =
      RUNNING.replace("running", "exited")
          + """
          exit.code=3
          finished.boottime=560150000000
          finished.realtime=1767225610000000000
          killed=none
          log.dropped=17
          """;

  @Test
  void a_running_status_is_read() {
    var status = Status.parse(RUNNING).status().orElseThrow();

    assertThat(status.attempt()).isEqualTo(3);
    assertThat(status.shim()).isEqualTo(new Status.ProcessId(812, 55012));
    assertThat(status.init()).isEqualTo(new Status.ProcessId(815, 55013));
    assertThat(status.workload()).isEqualTo(new Status.ProcessId(816, 55014));
    assertThat(status.startedAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00.000000001Z"));
    assertThat(status.exit()).isNull();
  }

  @Test
  void an_end_is_read_with_what_the_shim_dropped() {
    var status = Status.parse(EXITED).status().orElseThrow();

    assertThat(status.exit()).isEqualTo(new Status.Exit(3, null));
    assertThat(status.finishedAt()).isEqualTo(Instant.parse("2026-01-01T00:00:10Z"));
    assertThat(status.logBytesDropped()).isEqualTo(17);
  }

  @Test
  void keys_and_reasons_of_a_later_release_do_no_harm() {
    var later = EXITED.replace("killed=none", "killed=moonlight") + "colour=blue\nnoise\n=\n";

    assertThat(Status.parse(later).status()).map(Status::killed).contains(Status.Killed.NONE);
  }

  @Test
  void what_is_wrong_is_named() {
    assertThat(Status.parse("").problem()).isEqualTo("regrow-status is missing");
    assertThat(Status.parse(RUNNING.replace("812", "x")).problem())
        .isEqualTo("shim.pid is no number: 'x'");
    assertThat(Status.parse(RUNNING.replace("812", "-1")).problem())
        .isEqualTo("shim.pid=-1 is not within 1 and 4194304");
    assertThat(Status.parse(EXITED.replace("exit.code=3\n", "")).problem())
        .contains("neither or both");
    assertThat(Status.parse(RUNNING.replace("running", "dancing")).problem()).contains("dancing");
    assertThat(Status.parse(RUNNING.replace("status=1", "status=2")).problem())
        .contains("regrow-status=2");
  }

  @Property
  void no_text_makes_it_throw(@ForAll String text) {
    assertThat(Status.parse(text).status()).isEmpty();
  }

  @Property
  void a_cut_or_damaged_file_is_either_refused_or_read_never_thrown_at(
      @ForAll @IntRange(min = 0, max = 400) int at, @ForAll char damage) {
    int place = at % EXITED.length();
    var damaged = EXITED.substring(0, place) + damage + EXITED.substring(place + 1);

    var whole = Status.parse(damaged);
    var cut = Status.parse(EXITED.substring(0, place));

    assertThat(whole.status().isPresent()).isEqualTo(whole.problem().isEmpty());
    assertThat(cut.status().isPresent()).isEqualTo(cut.problem().isEmpty());
  }
}
