package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlaneModule;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Precondition;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.actors.instance.NodeClock;
import dev.regrow.actors.testing.KnownTags;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Now;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.process.LocalNodeRuntime;
import dev.regrow.runtime.process.RuntimeConfig;
import dev.regrow.runtime.process.Sweep;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Kind;
import dev.regrow.v1.UpdatePolicy;
import dev.regrow.v1.Workload;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node with nothing made up: store, cluster, control plane and this machine's kernel. */
@Tag("kernel")
class NodeOnThisMachineTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path data;

  private @Nullable RegrowNode node;
  private String uid = "";

  @BeforeEach
  void needsRoot() throws Exception {
    var user = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    assumeTrue(user == 0, "running instances needs root");
  }

  @AfterEach
  void tearDown() throws Exception {
    if (node != null) {
      stop(node, StopMode.END_INSTANCES);
    }
    if (!uid.isEmpty()) {
      Trees.delete(data.resolve("host-etc")); // JUnit warns of each link in it
      // A stopped node leaves its agent's cgroup and its state for the next one.
      assertThat(Sweep.node(uid, data, Duration.ZERO)).isEmpty();
    }
  }

  @Test
  void a_restart_of_the_agent_keeps_the_process_and_a_kill_of_the_process_is_healed()
      throws Exception {
    var first = start();
    get(first.control().orElseThrow().apply(workload(), Precondition.NONE));
    var running = await(first, one -> one.getPhase() == InstancePhase.INSTANCE_RUNNING);

    stop(first, StopMode.KEEP_INSTANCES);
    var second = start();

    var adopted = await(second, one -> one.getPhase() == InstancePhase.INSTANCE_RUNNING);
    assertThat(adopted.getPid()).isEqualTo(running.getPid());
    assertThat(adopted.getRestarts()).isZero();
    ProcessHandle.of(adopted.getPid()).orElseThrow().destroyForcibly();
    var healed =
        await(
            second,
            one -> one.getPhase() == InstancePhase.INSTANCE_RUNNING && one.getRestarts() == 1);
    assertThat(healed.getPid()).isNotEqualTo(running.getPid());
    assertThat(healed.getLast().getSignal()).isEqualTo("KILL");

    stop(second, StopMode.END_INSTANCES);
    assertThat(ProcessHandle.of(healed.getPid())).isEmpty();
  }

  private static Workload workload() {
    return Workload.newBuilder()
        .setKind(Kind.SERVICE)
        .setName("sleeper")
        .setNamespace("default")
        .setReplicas(1)
        .setInstance(
            Orders.template().toBuilder()
                .clearCommand()
                .addAllCommand(List.of("/bin/sleep", "1000"))
                .setUser("65534:65534")
                .setWorkdir("/"))
        .setRestart(Orders.ALWAYS)
        .setUpdate(UpdatePolicy.newBuilder().setSurge(1).setProgressDeadline(120_000))
        .build();
  }

  private RegrowNode start() throws Exception {
    var clock = NodeClock.ofMachine();
    var parts =
        new NodeParts(
            (uid, instances, logs) -> LocalNodeRuntime.open(RuntimeConfig.of(uid, data)),
            (system, store, link) -> {
              var module =
                  ControlPlaneModule.start(
                      system,
                      store,
                      link,
                      () -> new Now(clock.bootNanos() / 1_000_000, clock.wall().toEpochMilli()),
                      new KnownTags());
              return new NodeParts.ServerSide(module.controlPlane(), module.facts());
            });
    var config = NodeConfig.of("n1", data, "127.0.0.1").withPorts(freePort(), freePort());
    var started = NodeBootstrap.start(config, parts);
    node = started;
    uid = started.uid();
    get(started.serving());
    return started;
  }

  private void stop(RegrowNode running, StopMode mode) throws Exception {
    node = null;
    get(running.stop(mode));
  }

  private static Instance await(RegrowNode running, Predicate<Instance> wanted) {
    var probe = TestProbe.create(running.system());
    return probe.awaitAssert(PATIENCE, () -> find(running, wanted));
  }

  private static Instance find(RegrowNode running, Predicate<Instance> wanted) throws Exception {
    ControlPlane control = running.control().orElseThrow();
    var seen = get(control.instances(ListQuery.all(), ReadPoint.LOCAL)).items();
    return seen.stream()
        .filter(wanted)
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("none is as wanted: " + seen + "; " + happened(control)));
  }

  private static String happened(ControlPlane control) {
    try {
      return "events: " + get(control.events(ListQuery.all(), ReadPoint.LOCAL)).items();
    } catch (Exception e) {
      return "events: " + e.getMessage();
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
