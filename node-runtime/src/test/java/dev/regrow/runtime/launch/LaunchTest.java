package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.running;
import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.Signal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How instances start and end. */
final class LaunchTest extends LaunchCase {

  @Test
  void what_it_writes_is_kept_stream_by_stream() {
    var attempt = node.launch(shell("echo to out; echo to err >&2").build());

    attempt.awaitEnd();

    assertThat(Frames.of(attempt.log))
        .extracting(frame -> frame.stream() + new String(frame.bytes(), StandardCharsets.UTF_8))
        .containsExactlyInAnyOrder("1to out\n", "2to err\n");
  }

  @Test
  void an_exit_code_is_reported_as_it_is() {
    assertThat(node.launch(shell("exit 137").build()).awaitEnd())
        .containsEntry("state", "exited")
        .containsEntry("exit.code", "137")
        .containsEntry("killed", "none")
        .doesNotContainKey("exit.signal");
  }

  @Test
  void an_end_by_a_signal_is_reported_as_the_signal_and_not_as_a_code() {
    assertThat(node.launch(shell("kill -SEGV $$").build()).awaitEnd())
        .containsEntry("exit.signal", "11")
        .doesNotContainKey("exit.code");
  }

  @Test
  void a_process_that_ends_on_TERM_is_not_killed() {
    var attempt =
        node.launch(shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done").build());
    attempt.awaitOutput("ready");

    attempt.stop(Signal.TERM, Duration.ofMinutes(1));

    assertThat(attempt.awaitEnd()).containsEntry("exit.code", "7").containsEntry("killed", "none");
  }

  @Test
  void a_process_deaf_to_TERM_is_killed_when_its_grace_ends() {
    var attempt =
        node.launch(shell("trap '' TERM; echo ready; while :; do sleep 0.01; done").build());
    attempt.awaitOutput("ready");
    long asked = node.kernel.boottimeNanos();

    attempt.stop(Signal.TERM, Duration.ofMillis(300));
    var status = attempt.awaitEnd();

    assertThat(status).containsEntry("exit.signal", "9").containsEntry("killed", "grace");
    assertThat(Long.parseLong(status.get("finished.boottime")) - asked)
        .isBetween(300_000_000L, 2_000_000_000L);
  }

  @Test
  void of_two_graces_the_shorter_wins() {
    var attempt =
        node.launch(shell("trap '' TERM; echo ready; while :; do sleep 0.01; done").build());
    attempt.awaitOutput("ready");

    attempt.stop(Signal.TERM, Duration.ofMinutes(10));
    attempt.stop(Signal.TERM, Duration.ofMillis(10));
    attempt.stop(Signal.TERM, Duration.ofMinutes(10));

    assertThat(attempt.awaitEnd()).containsEntry("killed", "grace");
  }

  @Test
  void a_lease_that_nobody_renews_ends_it() {
    var attempt = node.launch(running("sleep", "600").leasedUntil(inMillis(500)).build());

    assertThat(attempt.awaitEnd())
        .containsEntry("killed", "lease")
        .containsEntry("exit.signal", "9");
  }

  @Test
  void nothing_runs_once_its_lease_has_passed() {
    assertThatThrownBy(
            () -> node.launch(running("touch", "/tmp/ran").leasedUntil(inMillis(-1)).build()))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("lease");
  }

  private long inMillis(long millis) {
    return node.kernel.boottimeNanos() + millis * 1_000_000;
  }

  @Test
  void a_renewed_lease_counts_from_its_new_deadline() {
    var attempt = node.launch(running("sleep", "600").leasedUntil(inMillis(2_000)).build());
    long renewed = node.kernel.boottimeNanos() + 3_000_000_000L;

    attempt.command(3, 0, renewed);

    assertThat(Long.parseLong(attempt.awaitEnd().get("finished.boottime")))
        .isGreaterThanOrEqualTo(renewed);
  }

  @Test
  void a_command_that_does_not_exist_fails_the_launch_with_its_name() {
    assertThatThrownBy(() -> node.launch(running("no-such-program").build()))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("cannot execute 'no-such-program': ENOENT")
        .matches(failure -> !((RuntimeFailure) failure).retryable());
  }

  @Test
  void a_working_directory_that_does_not_exist_fails_the_launch() {
    assertThatThrownBy(() -> node.launch(shell("true").at("/nowhere").build()))
        .hasMessageContaining("'/nowhere': ENOENT");
  }

  @Test
  void death_of_the_shim_ends_all_its_processes() throws Exception {
    var attempt =
        node.launch(shell("sleep 600 & setsid sleep 600 & echo ready; sleep 600").build());
    attempt.awaitOutput("ready");
    var init = Path.of("/proc", attempt.status().get("init.pid"), "ns/pid");
    var namespace = Files.readSymbolicLink(init).toString();

    node.kernel.pidfdSendSignal(attempt.shim, Signal.KILL);

    TestNode.await(
        () -> Processes.in(namespace).isEmpty(), () -> "still there: " + Processes.in(namespace));
    assertThat(attempt.status()).containsEntry("state", "running");
  }

  @Test
  void nobody_outlives_the_workload() throws Exception {
    var attempt =
        node.launch(shell("setsid sleep 600 & sleep 600 & echo ready; read x; exit 3").build());
    var status = attempt.awaitEnd();

    assertThat(status).containsEntry("exit.code", "3");
    assertThat(attempt.output()).isEqualTo("ready\n");
  }

  private static int number(Map<String, String> status, String key) {
    return Integer.parseInt(status.get(key));
  }

  @Test
  void shim_and_init_of_an_instance_take_at_most_60_kB() {
    var attempt = node.launch(shell("echo ready; sleep 600").build());
    attempt.awaitOutput("ready");
    var status = attempt.status();

    // What only starting needed is given back after the start was reported.
    var pids = List.of(number(status, "shim.pid"), number(status, "init.pid"));
    TestNode.await(
        () -> pids.stream().mapToInt(Processes::pssKb).sum() <= 60,
        () -> pids.stream().map(Processes::memory).collect(joining("\n")));
  }

  @Test
  void a_process_that_ends_at_once_is_known_by_its_start_all_the_same() {
    for (int i = 0; i < 50; i++) {
      var attempt = node.launch(running("true").build());

      assertThat(attempt.awaitEnd()).containsKeys("workload.start", "init.start", "shim.start");
    }
  }
}
