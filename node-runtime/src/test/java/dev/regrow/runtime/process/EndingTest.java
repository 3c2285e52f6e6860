package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Ended.Reason;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.cgroup.Counters;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.state.Status.Exit;
import dev.regrow.runtime.state.Status.Killed;
import dev.regrow.runtime.state.Status.ProcessId;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndingTest {

  private static final Instant THEN = Instant.parse("2026-01-01T00:00:10Z");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:11Z");
  private static final Limits LIMITS = new Limits(100, 0, 0, 64 << 20, 256);
  private static final Counters OOM = new Counters(1, 0);
  private static final Counters PIDS = new Counters(0, 12);

  @Test
  void an_exit_with_0_is_completed_whatever_happened_to_its_children() {
    assertThat(end(exited(0), Killed.NONE, new Counters(3, 3)).reason())
        .isEqualTo(Reason.COMPLETED);
  }

  @Test
  void another_exit_code_is_an_error() {
    var ended = end(exited(3), Killed.NONE, Counters.ZERO);

    assertThat(ended).isEqualTo(new Ended(3, null, Reason.ERROR, "exited with code 3", THEN));
  }

  @Test
  void a_signal_is_named() {
    var ended = end(signaled(11), Killed.NONE, Counters.ZERO);

    assertThat(ended)
        .isEqualTo(new Ended(null, "SEGV", Reason.SIGNALED, "ended by signal SEGV", THEN));
  }

  @Test
  void the_memory_limit_is_named_with_its_size() {
    var ended = end(signaled(9), Killed.NONE, OOM);

    assertThat(ended.reason()).isEqualTo(Reason.OOM_KILLED);
    assertThat(ended.message()).isEqualTo("killed by the kernel: its memory limit of 64Mi was hit");
  }

  @Test
  void the_pids_limit_counts_only_if_the_attempt_failed() {
    assertThat(end(exited(2), Killed.NONE, PIDS).message())
        .isEqualTo("exited with code 2 after its limit of 256 processes was hit 12 times");
    assertThat(end(exited(0), Killed.NONE, PIDS).reason()).isEqualTo(Reason.COMPLETED);
  }

  @Test
  void a_kill_by_the_shim_says_why() {
    assertThat(end(signaled(9), Killed.GRACE, OOM).message())
        .isEqualTo("killed: it still ran after its grace of 10 s");
    assertThat(end(signaled(9), Killed.LEASE, Counters.ZERO).message()).contains("lease");
    assertThat(end(signaled(9), Killed.COMMAND, Counters.ZERO).message()).contains("node");
  }

  @Test
  void no_record_of_the_end_means_that_the_shim_was_lost() {
    var lost = Ending.of(null, Counters.ZERO, LIMITS, Duration.ofSeconds(10), NOW);

    assertThat(lost.reason()).isEqualTo(Reason.SHIM_LOST);
    assertThat(lost.finishedAt()).isEqualTo(NOW);
    assertThat(end(null, Killed.NONE, Counters.ZERO).reason()).isEqualTo(Reason.SHIM_LOST);
  }

  @Property
  void every_end_has_a_reason_a_sentence_and_code_or_signal(
      @ForAll @IntRange(min = 0, max = 255) int code,
      @ForAll @IntRange(min = 1, max = 64) int signal,
      @ForAll boolean byItself,
      @ForAll Killed killed,
      @ForAll @IntRange(min = 0, max = 2) int oom,
      @ForAll @IntRange(min = 0, max = 2) int pids) {
    var ended = end(byItself ? exited(code) : signaled(signal), killed, new Counters(oom, pids));

    assertThat(ended.exitCode() == null).isNotEqualTo(ended.signal() == null);
    assertThat(ended.message()).isNotBlank();
    assertThat(ended.reason()).isNotIn(Reason.SHIM_LOST, Reason.START_FAILED);
  }

  private static Exit exited(int code) {
    return new Exit(code, null);
  }

  private static Exit signaled(int signal) {
    return new Exit(null, signal);
  }

  private static Ended end(@Nullable Exit exit, Killed killed, Counters hits) {
    var id = new ProcessId(1, 1);
    var status =
        new Status(1, id, id, id, 0, Instant.EPOCH, exit, exit == null ? null : THEN, killed, 0);
    return Ending.of(status, hits, LIMITS, Duration.ofSeconds(10), NOW);
  }
}
