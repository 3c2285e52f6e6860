package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.fault.Fault;
import dev.regrow.runtime.fault.FaultKind;
import dev.regrow.runtime.fault.FaultOrder;
import dev.regrow.runtime.fault.FaultRefused;
import dev.regrow.runtime.network.NodeNetwork;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is done to a node and its instances on purpose, and that it ends. */
class FaultsKernelTest extends ExecCase {

  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String COUNT = "n=0; while :; do n=$((n+1)); done";
  private static final String SERVE =
      """
      import socket
      s = socket.create_server(('0.0.0.0', 8080))
      while True: s.accept()[0].close()
      """;

  @Override
  RuntimeConfig config(RuntimeConfig plain) {
    return plain.withFaults(EnumSet.allOf(FaultKind.class));
  }

  @Test
  void a_killed_instance_has_ended_by_a_signal() throws Exception {
    var instance = launch();

    var fault = begin(FaultKind.INSTANCE_KILL, LONG);

    Ended ended = get(instance.ended());
    assertThat(ended.signal()).isEqualTo("KILL");
    assertThat(fault.affects()).contains("all processes of instance web-1 are killed");
    assertThat(agent().faults().active()).isEmpty();
  }

  @Test
  void a_paused_instance_stands_still_until_that_is_ended() throws Exception {
    var instance = launch("/bin/sh", "-c", COUNT);
    awaitUse(instance);

    var fault = begin(FaultKind.INSTANCE_PAUSE, LONG);
    await(() -> isFrozen(), () -> "not frozen");
    long used = instance.load().cpuNanos();
    assertThat(instance.load().cpuNanos()).isEqualTo(used);
    assertThat(get(agent().faults().end(fault.id()))).extracting(Fault::id).contains(fault.id());

    await(() -> instance.load().cpuNanos() > used, () -> "it does not go on");
  }

  @Test
  void a_fault_ends_by_itself_when_its_time_is_over() throws Exception {
    var instance = launch("/bin/sh", "-c", COUNT);

    begin(FaultKind.INSTANCE_PAUSE, Duration.ofSeconds(1));

    await(() -> agent().faults().active().isEmpty(), () -> agent().faults().active().toString());
    long used = instance.load().cpuNanos();
    await(() -> instance.load().cpuNanos() > used, () -> "it does not go on");
  }

  @Test
  void what_was_paused_goes_on_when_the_agent_stops_and_another_finds_nothing_paused()
      throws Exception {
    launch("/bin/sh", "-c", COUNT);
    begin(FaultKind.INSTANCE_PAUSE, LONG);
    await(() -> isFrozen(), () -> "not frozen");

    agent().close();

    assertThat(isFrozen()).isFalse();
    Files.writeString(freeze(), "1"); // As an agent that was killed leaves it.
    restart();
    await(() -> !isFrozen(), () -> "still frozen");
  }

  @Test
  void others_use_up_what_an_instance_may_use_and_are_gone_with_the_fault() throws Exception {
    var instance = launch();

    var fault = begin(FaultKind.INSTANCE_CPU, LONG);
    awaitUse(instance);
    get(agent().faults().end(fault.id()));

    await(() -> instance.load().pids() <= 2, () -> instance.load().toString());
    assertThat(instance.ended().toCompletableFuture()).isNotDone();
  }

  @Test
  void memory_is_taken_within_the_limit_of_the_instance() throws Exception {
    var instance = launch();
    long wanted = 40 << 20;

    var fault =
        get(
            agent()
                .faults()
                .begin(new FaultOrder(FaultKind.INSTANCE_MEMORY, KEY, List.of(), LONG, 1, wanted)));
    await(() -> instance.load().memoryBytes() > wanted, () -> instance.load().toString());
    get(agent().faults().end(fault.id()));

    await(() -> instance.load().memoryBytes() < wanted / 2, () -> instance.load().toString());
  }

  @Test
  void who_is_cut_off_is_reached_by_nobody_until_that_ends() throws Exception {
    assumeTrue(NodeNetwork.lack().isEmpty(), "needs nft");
    var instance = launch(LaunchSpec.Network.BRIDGE, "/usr/bin/python3", "-c", SERVE);
    await(() -> answers(instance.address()), () -> "it never served");

    var fault = begin(FaultKind.INSTANCE_CUT, LONG);
    assertThat(answers(instance.address())).isFalse();
    get(agent().faults().end(fault.id()));

    await(() -> answers(instance.address()), () -> "still cut off");
  }

  @Test
  void the_kernel_ends_a_cut_by_itself() throws Exception {
    assumeTrue(NodeNetwork.lack().isEmpty(), "needs nft");
    var instance = launch(LaunchSpec.Network.BRIDGE, "/usr/bin/python3", "-c", SERVE);
    await(() -> answers(instance.address()), () -> "it never served");
    begin(FaultKind.INSTANCE_CUT, Duration.ofSeconds(2));

    assertThat(answers(instance.address())).isFalse();

    await(() -> answers(instance.address()), () -> "still cut off");
  }

  @Test
  void what_makes_no_sense_is_refused_and_a_rehearsal_does_nothing() throws Exception {
    launch();

    assertThatThrownBy(() -> begin(FaultKind.INSTANCE_CUT, LONG))
        .hasCauseInstanceOf(FaultRefused.class)
        .hasMessageContaining("network bridge");
    assertThat(get(agent().faults().rehearse(FaultOrder.of(FaultKind.INSTANCE_PAUSE, KEY, LONG))))
        .containsExactly("no process of instance web-1 goes on");
    assertThat(agent().faults().active()).isEmpty();
    assertThat(isFrozen()).isFalse();
  }

  private Fault begin(FaultKind kind, Duration length) throws Exception {
    return get(agent().faults().begin(FaultOrder.of(kind, KEY, length)));
  }

  private static void awaitUse(RunningInstance instance) {
    long before = instance.load().cpuNanos();
    await(() -> instance.load().cpuNanos() > before + 50_000_000, () -> "it uses nothing");
  }

  private Path freeze() {
    for (var root : List.of("/sys/fs/cgroup/unified", "/sys/fs/cgroup")) {
      var file =
          Path.of(root, "regrow", host.nodeUid(), KEY.namespace(), KEY.workload(), KEY.instanceId())
              .resolve("cgroup.freeze");
      if (Files.exists(file)) {
        return file;
      }
    }
    throw new AssertionError("no cgroup v2");
  }

  private boolean isFrozen() {
    try {
      return Files.readString(freeze().resolveSibling("cgroup.events")).contains("frozen 1");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean answers(String address) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, 8080), 500);
      return true;
    } catch (IOException silent) {
      return false;
    }
  }
}
