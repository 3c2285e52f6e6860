package dev.regrow.actors.bootstrap;

import static dev.regrow.v1.InstancePhase.INSTANCE_RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.FakeServerSide;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Txn;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredIncarnation;
import dev.regrow.v1.StoredNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node with a real store and a real cluster system; only the machine is made up. */
class NodeBootstrapTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path data;

  private final FakeNodeRuntime machine = new FakeNodeRuntime(new FakeClock());
  private final FakeServerSide server = new FakeServerSide();
  private @Nullable RegrowNode node;

  @AfterEach
  void tearDown() throws Exception {
    if (node != null) {
      stop(node, StopMode.KEEP_INSTANCES);
    }
  }

  @Test
  void a_node_forms_its_cluster_runs_what_is_assigned_and_restarts_with_the_same_identity()
      throws Exception {
    server.assign(Orders.run("web-0-x", 7));
    var first = start();
    server.await(NodeFact.Observed.class, fact -> fact.instance().getPhase() == INSTANCE_RUNNING);
    assertThat(first.notReady()).isEmpty();
    var uid = first.uid();
    var incarnation = incarnationOf(first);
    assertThat(incarnation.getUniqueAddress()).startsWith("pekko://regrow@127.0.0.1:");
    assertThat(recordOf(first).getName()).isEqualTo("n1");
    var sequence =
        server.await(NodeFact.Summary.class, summary -> summary.instances() == 1).sequence();

    stop(first, StopMode.KEEP_INSTANCES);
    assertThat(machine.newest("web-0-x").stops()).isEmpty();
    var second = start();

    assertThat(second.uid()).isEqualTo(uid);
    assertThat(server.await(NodeFact.Summary.class, NodeFact.Summary::schedulable).sequence())
        .isGreaterThan(sequence);
    assertThat(incarnationOf(second).getUniqueAddress())
        .isNotEqualTo(incarnation.getUniqueAddress());
  }

  @Test
  void orders_of_the_cluster_reach_the_agent() throws Exception {
    var running = start();
    server.await(NodeFact.Summary.class, NodeFact.Summary::schedulable);

    server.nextLink().order(running.uid(), Orders.run("web-1-y", 9));

    server.await(NodeFact.Observed.class, fact -> fact.instance().getPhase() == INSTANCE_RUNNING);
    assertThat(machine.newest("web-1-y").attempt()).isEqualTo(1);
  }

  @Test
  void ending_the_instances_stops_each_before_the_node_is_gone() throws Exception {
    server.assign(Orders.run("web-0-x", 7));
    var running = start();
    server.await(NodeFact.Observed.class, fact -> fact.instance().getPhase() == INSTANCE_RUNNING);

    stop(running, StopMode.END_INSTANCES);

    assertThat(machine.newest("web-0-x").stops()).hasSize(1);
  }

  @Test
  void a_cluster_system_that_ends_is_replaced_and_no_instance_notices() throws Exception {
    server.assign(Orders.run("web-0-x", 7));
    var running = start();
    server.nextLink();
    server.await(NodeFact.Observed.class, fact -> fact.instance().getPhase() == INSTANCE_RUNNING);
    var before = incarnationOf(running).getUniqueAddress();

    running.endClusterSystem();
    server.nextLink();

    server.await(NodeFact.Summary.class, NodeFact.Summary::schedulable);
    assertThat(incarnationOf(running).getUniqueAddress()).isNotEqualTo(before);
    assertThat(machine.launched()).hasSize(1);
    assertThat(machine.newest("web-0-x").stops()).isEmpty();
  }

  @Test
  void a_second_node_in_the_same_directory_is_refused_with_what_helps() throws Exception {
    start();

    assertThatThrownBy(() -> NodeBootstrap.start(config(), parts()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("in use by another regrow node")
        .hasMessageContaining("--data");
  }

  @Test
  void a_node_that_calls_itself_as_a_living_one_ends_and_keeps_the_name_that_it_had()
      throws Exception {
    var first = start();
    var other =
        StoredNode.newBuilder()
            .setUid("0123456789ab")
            .setName("n2")
            .setAddress("https://10.0.0.5:7400")
            .setMember("pekko://regrow@10.0.0.5:7410#1")
            .setPhase(NodePhase.NODE_READY)
            .build();
    var write = new Txn.Write.Put(Keys.node(other.getUid()), other.toByteString());
    first
        .store()
        .orElseThrow()
        .commit(new Txn(List.of(), List.of(write)))
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
    stop(first, StopMode.KEEP_INSTANCES);

    var renamed =
        NodeBootstrap.start(
            NodeConfig.of("n2", data, "127.0.0.1").withPorts(freePort(), freePort()), parts());
    node = renamed;

    assertThat(renamed.ended().toCompletableFuture())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withCauseInstanceOf(StartRefused.class)
        .withMessageContaining("a node called n2 at https://10.0.0.5:7400 is up already")
        .withMessageContaining("--name");
    assertThat(recordOf(renamed).getName()).isEqualTo("n1");
  }

  @Test
  void a_machine_that_may_not_run_instances_refuses_the_start_with_its_words() throws Exception {
    var refused =
        NodeBootstrap.start(
            config(),
            new NodeParts(
                (uid, instances, logs) -> {
                  throw new RuntimeFailure("not root: run it with sudo", false);
                },
                server));
    node = refused;

    assertThat(refused.ended().toCompletableFuture())
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .withMessageContaining("not root: run it with sudo");
  }

  private RegrowNode start() throws Exception {
    var started = NodeBootstrap.start(config(), parts());
    node = started;
    started.serving().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return started;
  }

  private void stop(RegrowNode running, StopMode mode) throws Exception {
    node = null;
    running.stop(mode).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private NodeParts parts() {
    return new NodeParts((uid, instances, logs) -> machine, server);
  }

  private NodeConfig config() throws IOException {
    return NodeConfig.of("n1", data, "127.0.0.1").withPorts(freePort(), freePort());
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static StoredIncarnation incarnationOf(RegrowNode running) throws Exception {
    return StoredIncarnation.parseFrom(value(running, Keys.INCARNATION));
  }

  private static StoredNode recordOf(RegrowNode running) throws Exception {
    return StoredNode.parseFrom(value(running, Keys.node(running.uid())));
  }

  private static com.google.protobuf.ByteString value(RegrowNode running, String key)
      throws Exception {
    return running
        .store()
        .orElseThrow()
        .range(RangeQuery.key(key).linearizable())
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .entries()
        .get(0)
        .value();
  }
}
