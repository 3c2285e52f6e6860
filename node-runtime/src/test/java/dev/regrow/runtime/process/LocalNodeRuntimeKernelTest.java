package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Ended.Reason;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.StateDirectory;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.testing.KeptEtc;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import dev.regrow.runtime.testing.Patience;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class LocalNodeRuntimeKernelTest {

  private static final long MIB = 1 << 20;
  private static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  private static final String FOREVER = "echo up; while :; do sleep 1000; done";

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final Kernel kernel = Kernel.load();

  @TempDir private Path data = Path.of("unset");
  private @Nullable LocalNodeRuntime agent;

  @BeforeEach
  void start() {
    KeptEtc.beside(data).giveTo(data);
    agent = LocalNodeRuntime.open(RuntimeConfig.of(host.nodeUid(), data));
  }

  @AfterEach
  void sweep() throws Exception {
    agent().close();
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
    KeptEtc.beside(data).takeFrom(data);
    assertThat(StateDirectory.RUN.resolve(host.nodeUid())).doesNotExist();
  }

  @Test
  void a_command_runs_to_its_end_and_what_it_wrote_is_kept() throws Exception {
    var instance = launch(1, "echo out; echo err >&2; exit 3");

    var ended = end(instance);

    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.reason()).isEqualTo(Reason.ERROR);
    assertThat(instance.labels()).containsEntry("epoch", "17");
    assertThat(read(new Logs.Query(0, -1, null, false))).contains("out\n", "err\n");
    get(agent().discard(KEY));
    get(agent().discard(KEY));
    assertThat(read(new Logs.Query(0, -1, null, false))).contains("out\n");
    get(agent().forget(KEY));
    assertThat(read(new Logs.Query(0, -1, null, false))).isEmpty();
  }

  @Test
  void a_sweep_waits_for_what_an_agent_ran_and_refuses_where_an_agent_stays() throws Exception {
    var agent = new ProcessBuilder("sleep", "1000").start(); // in the agent's cgroup, as we are
    var helper = new ProcessBuilder("sleep", "0.3").start();
    agent().close();

    assertThatThrownBy(() -> Sweep.node(host.nodeUid(), data, Duration.ZERO))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("still runs as process [" + agent.pid() + "]");
    assertThat(helper.isAlive()).isFalse();

    agent.destroyForcibly().waitFor();
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
  }

  @Test
  void a_stop_sends_its_signal_and_lets_it_finish() throws Exception {
    var instance = launch(1, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    awaitLog("up\n");

    instance.stop(Duration.ofSeconds(30));

    assertThat(end(instance).reason()).isEqualTo(Reason.COMPLETED);
    assertThat(read(new Logs.Query(0, 1, null, false))).isEqualTo("bye\n");
  }

  @Test
  void a_process_deaf_to_TERM_is_killed_when_its_grace_ends() throws Exception {
    var instance = launch(1, "trap '' TERM; " + FOREVER);
    awaitLog("up\n");

    instance.stop(Duration.ofMillis(100));

    var ended = end(instance);
    assertThat(ended.signal()).isEqualTo("KILL");
    assertThat(ended.message()).contains("grace");
  }

  @Test
  void a_memory_hog_ends_by_its_limit() throws Exception {
    var instance = launch(1, "x=$(head -c 300000000 /dev/zero | tr '\\0' x); exit 7");

    assertThat(end(instance).reason()).isEqualTo(Reason.OOM_KILLED);
  }

  @Test
  void too_many_processes_are_refused_and_named_as_the_reason() throws Exception {
    var instance = launch(1, "i=0; while [ $i -lt 50 ]; do sleep 1000 & i=$((i+1)); done; exit 4");

    var ended = end(instance);

    assertThat(ended.reason()).isEqualTo(Reason.PIDS_LIMIT);
    assertThat(ended.message()).contains("limit of 24 processes");
  }

  @Test
  void limits_hit_by_one_attempt_are_not_held_against_the_next() throws Exception {
    end(launch(1, "x=$(head -c 300000000 /dev/zero | tr '\\0' x); exit 7"));

    assertThat(end(launch(2, "exit 5")).reason()).isEqualTo(Reason.ERROR);
  }

  @Test
  void a_second_start_of_a_living_instance_is_refused() throws Exception {
    launch(1, FOREVER);

    assertThatThrownBy(() -> launch(2, FOREVER))
        .hasCauseInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("shop/web/web-1-a is running its attempt 1 already");
    assertThatThrownBy(() -> get(agent().discard(KEY))).hasMessageContaining("stop it first");
  }

  @Test
  void a_command_that_does_not_exist_fails_the_launch_and_leaves_nothing() {
    assertThatThrownBy(() -> get(agent().launch(spec(1, List.of("/no/such/program")))))
        .hasCauseInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("/no/such/program");

    assertThat(StateDirectory.ofNode(host.nodeUid()).list()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/var", "/proc/self/root", "/run/regrow"})
  void a_root_that_is_none_fails_the_launch_and_leaves_nothing(String root) {
    var spec = spec(1, List.of("/bin/true")).showing(Path.of(root), List.of());

    assertThatThrownBy(() -> get(agent().launch(spec)))
        .hasCauseInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("dir:" + root + " cannot be the root of an instance");

    assertThat(StateDirectory.ofNode(host.nodeUid()).list()).isEmpty();
  }

  @Test
  void the_next_agent_adopts_what_lives_untouched() throws Exception {
    var before = launch(1, FOREVER);

    var adopted = restart();

    assertThat(adopted).singleElement().extracting(RunningInstance::pid).isEqualTo(before.pid());
    var after = adopted.get(0);
    assertThat(after.startedAtBoottimeNanos()).isEqualTo(before.startedAtBoottimeNanos());
    assertThat(after.labels()).isEqualTo(before.labels());
    assertThat(after.load().pids()).isPositive();
    after.stop(Duration.ZERO);
    assertThat(end(after).reason()).isEqualTo(Reason.SIGNALED);
    assertThat(end(launch(2, "exit 0")).reason()).isEqualTo(Reason.COMPLETED);
  }

  @Test
  void what_lives_keeps_its_ids_for_itself_though_no_file_says_so() throws Exception {
    launch(1, FOREVER);
    Files.delete(data.resolve("id-ranges"));
    var living = restart().get(0);

    var key = new InstanceKey("shop", "api", "api-1-a");
    var command = List.of("/bin/sh", "-c", FOREVER);
    var other = get(agent().launch(spec(key, 1, command, null)));

    assertThat(ProcFs.idBase((int) other.pid())).isNotEqualTo(ProcFs.idBase((int) living.pid()));
  }

  @Test
  void a_slot_keeps_its_ids_when_its_last_instance_is_forgotten_while_the_next_one_starts()
      throws Exception {
    var forever = List.of("/bin/sh", "-c", FOREVER);
    end(launch(1, "exit 0"));
    LongSupplier whileItStarts =
        () -> {
          agent().forget(KEY).toCompletableFuture().join();
          return kernel.boottimeNanos() + Duration.ofHours(1).toNanos();
        };
    var next = new InstanceKey("shop", "web", "web-1-b");
    get(agent().launch(spec(next, 1, forever, whileItStarts)));

    var another = new InstanceKey("shop", "api", "api-1-a");
    get(agent().launch(spec(another, 1, forever, null))); // Who has which ids is written down.

    assertThat(data.resolve("id-ranges")).content().contains("shop/web/web-1 ", "shop/api/web-1 ");
  }

  @Test
  void the_next_agent_knows_how_it_ended_meanwhile() throws Exception {
    launch(1, "read line < /dev/zero & wait; exit 9");
    agent().close();
    var gone = spec(1, List.of()).key();
    signalWorkload(gone);

    var adopted = restart();

    assertThat(adopted).hasSize(1);
    assertThat(end(adopted.get(0)).signal()).isEqualTo("KILL");
  }

  @Test
  void the_death_of_a_shim_takes_all_its_processes_and_is_named() throws Exception {
    var instance = launch(1, FOREVER);

    signal(statusPid("shim.pid"), Signal.KILL);

    assertThat(end(instance).reason()).isEqualTo(Reason.SHIM_LOST);
    assertThat(Files.exists(Path.of("/proc/" + instance.pid()))).isFalse();
  }

  /** A pid that came around has another start time; a forger gets that right, too. */
  @ParameterizedTest(name = "with its start time: {0}")
  @ValueSource(booleans = {false, true})
  void a_state_file_that_names_a_stranger_does_not_make_it_ours(boolean startTime)
      throws Exception {
    var genuine = launch(1, FOREVER);
    int stranger =
        kernel.posixSpawn(
            Path.of("/bin/sleep"), List.of("sleep", "1000"), Map.of(), Map.<Integer, Fd>of());
    try (var pidfd = kernel.pidfdOpen(stranger)) {
      var status = stateFile("status");
      var forged =
          Files.readString(status)
              .replaceAll("(shim|init|workload)\\.pid=\\d+", "$1.pid=" + stranger);
      if (startTime) {
        forged =
            forged.replaceAll(
                "(shim|init|workload)\\.start=\\d+", "$1.start=" + ProcFs.startTicks(stranger));
      }
      Files.writeString(status, forged);

      var adopted = restart();

      assertThat(end(adopted.get(0)).reason()).isEqualTo(Reason.SHIM_LOST);
      assertThat(kernel.pollReadable(pidfd, Duration.ZERO)).as("the stranger ended").isFalse();
      assertThat(Files.exists(Path.of("/proc/" + genuine.pid()))).as("what ran really").isFalse();
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
      assertThat(kernel.pollReadable(pidfd, Patience.LONG)).isTrue();
      kernel.waitid(pidfd);
    }
  }

  @Test
  void an_instance_of_another_boot_is_disowned_and_cleared_away() throws Exception {
    launch(1, FOREVER);
    var spec = stateFile("spec");
    Files.writeString(spec, Files.readString(spec).replaceAll("boot=.*", "boot=another"));

    assertThat(restart()).isEmpty();

    assertThat(StateDirectory.ofNode(host.nodeUid()).list()).isEmpty();
  }

  @Test
  void a_lease_that_is_not_renewed_ends_it() throws Exception {
    long until = kernel.boottimeNanos() + 2_000_000_000L;
    var instance = get(agent().launch(spec(1, List.of("/bin/sh", "-c", FOREVER), () -> until)));

    var ended = end(instance);

    assertThat(ended.message()).contains("lease");
  }

  @Test
  void a_killed_process_is_replaced_within_milliseconds() throws Exception {
    int rounds = 60;
    var micros = new long[rounds];
    var instance = launch(1, FOREVER);
    for (int i = 0; i < rounds; i++) {
      var next = spec(i + 2, List.of("/bin/sh", "-c", FOREVER));
      var healed = instance.ended().thenCompose(ended -> agent().launch(next));
      long died = kernel.boottimeNanos();
      signal(instance.pid(), Signal.KILL);
      instance = get(healed);
      micros[i] = (instance.startedAtBoottimeNanos() - died) / 1000;
    }
    Arrays.sort(micros);
    System.out.printf(
        "kill to exec: p50 %d us, p90 %d us, max %d us%n",
        micros[rounds / 2], micros[rounds * 9 / 10], micros[rounds - 1]);
    // The goal is 10 ms, measured by a benchmark on a quiet machine. This only sees that no polling
    // interval has crept in, also where all is slow, as in an emulated guest.
    assertThat(micros[rounds / 2]).isLessThan(Math.max(100_000, 40 * microsOfAPlainSpawn()));
  }

  /** From asking for a shell that ends at once until it was reaped: the median of a few. */
  private long microsOfAPlainSpawn() {
    var micros = new long[15];
    for (int i = 0; i < micros.length; i++) {
      long start = System.nanoTime();
      int pid =
          kernel.posixSpawn(
              Path.of("/bin/sh"), List.of("sh", "-c", "exit 0"), Map.of(), Map.<Integer, Fd>of());
      try (var pidfd = kernel.pidfdOpen(pid)) {
        assertThat(kernel.pollReadable(pidfd, Patience.LONG)).isTrue();
        kernel.waitid(pidfd);
      }
      micros[i] = (System.nanoTime() - start) / 1000;
    }
    Arrays.sort(micros);
    System.out.printf("a plain spawn: %d us%n", micros[micros.length / 2]);
    return micros[micros.length / 2];
  }

  private LocalNodeRuntime agent() {
    if (agent == null) {
      throw new IllegalStateException("no agent");
    }
    return agent;
  }

  private List<RunningInstance> restart() throws Exception {
    agent().close();
    agent = LocalNodeRuntime.open(RuntimeConfig.of(host.nodeUid(), data));
    return get(agent().adopt());
  }

  private RunningInstance launch(int attempt, String script) throws Exception {
    return get(agent().launch(spec(attempt, List.of("/bin/sh", "-c", script))));
  }

  private static LaunchSpec spec(int attempt, List<String> command) {
    return spec(attempt, command, null);
  }

  private static LaunchSpec spec(int attempt, List<String> command, @Nullable LongSupplier lease) {
    return spec(KEY, attempt, command, lease);
  }

  private static LaunchSpec spec(
      InstanceKey key, int attempt, List<String> command, @Nullable LongSupplier lease) {
    return new LaunchSpec(
        key,
        attempt,
        "web-1",
        Map.of("epoch", "17"),
        null,
        false,
        command,
        Map.of("PATH", "/usr/bin:/bin"),
        65534,
        65534,
        "/",
        Network.NONE,
        List.of(),
        new Limits(100, 0, 32 * MIB, 64 * MIB, 24),
        "TERM",
        Duration.ofSeconds(10),
        lease);
  }

  private void signalWorkload(InstanceKey key) throws Exception {
    int pid = statusPid("workload.pid");
    int shim = statusPid("shim.pid");
    try (var pidfd = kernel.pidfdOpen(shim)) {
      signal(pid, Signal.KILL);
      assertThat(kernel.pollReadable(pidfd, Patience.LONG)).as("shim of " + key).isTrue();
      kernel.waitid(pidfd);
    }
  }

  private void signal(long pid, Signal signal) {
    try (var pidfd = kernel.pidfdOpen((int) pid)) {
      kernel.pidfdSendSignal(pidfd, signal);
    }
  }

  private int statusPid(String key) throws Exception {
    return Files.readString(stateFile("status"))
        .lines()
        .filter(line -> line.startsWith(key + "="))
        .mapToInt(line -> Integer.parseInt(line.substring(key.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  private Path stateFile(String name) {
    return StateDirectory.ofNode(host.nodeUid()).instance(KEY.instanceId()).resolve(name);
  }

  private void awaitLog(String text) throws Exception {
    collect(new Logs.Query(0, -1, null, true), seen -> seen.contains(text));
  }

  private String read(Logs.Query query) throws Exception {
    return collect(query, seen -> false);
  }

  private String collect(Logs.Query query, Predicate<String> enough) throws Exception {
    var all = new CompletableFuture<String>();
    var text = new StringBuilder();
    try (var reading =
        agent()
            .logs()
            .read(
                KEY,
                query,
                new Logs.Sink() {
                  @Override
                  public boolean onChunk(Logs.Chunk chunk) {
                    text.append(new String(chunk.bytes(), StandardCharsets.UTF_8));
                    return !enough.test(text.toString());
                  }

                  @Override
                  public void onEnd(@Nullable RuntimeFailure failure) {
                    all.complete(failure == null ? text.toString() : failure.toString());
                  }
                })) {
      assertThat(reading).isNotNull();
      return all.get(30, TimeUnit.SECONDS);
    }
  }

  private static Ended end(RunningInstance instance) throws Exception {
    return get(instance.ended());
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
