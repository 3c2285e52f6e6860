package dev.regrow.actors.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.agent.AgentDoor;
import dev.regrow.actors.agent.Uplink;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.KnownTags;
import dev.regrow.actors.testing.Orders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeBridgeTest {

  private static final NodeFact FACT =
      new NodeFact.Happened(
          "node-1", Orders.assignment("web-0-x", "web-0", 7), 1, "Started", "", false);

  private final ActorTestKit kit = ActorTestKit.create();
  private final RecordingDoor door = new RecordingDoor();
  private final KnownTags tags = new KnownTags();

  @AfterEach
  void tearDown() {
    kit.shutdownTestKit();
  }

  @Test
  void an_order_reaches_the_agent_of_the_node_that_it_names() throws Exception {
    var directory = new BridgeDirectory(kit.system().scheduler());
    var bridge =
        kit.spawn(
            NodeBridge.create("node-1", door, tags, Optional.empty()),
            NodeBridge.nameFor("node-1"));
    directory.add("node-1", bridge);
    var order = new NodeOrder.Forget(Orders.assignment("web-0-x", "web-0", 7));

    directory.order("node-2", order);
    directory.order("node-1", order);
    directory.askForFacts("node-1");

    assertThat(door.next()).isEqualTo(order);
    assertThat(door.next()).isEqualTo("tellFacts");
  }

  @Test
  void what_an_image_stands_for_is_told_by_the_node_that_has_it() throws Exception {
    var directory = new BridgeDirectory(kit.system().scheduler());
    var has = tags.push("layout:/srv/web:1", "aa");
    directory.add(
        "node-1",
        kit.spawn(
            NodeBridge.create("node-1", door, new KnownTags(), Optional.empty()),
            NodeBridge.nameFor("node-1")));
    directory.add(
        "node-2",
        kit.spawn(
            NodeBridge.create("node-2", door, tags, Optional.empty()),
            NodeBridge.nameFor("node-2")));

    assertThat(found(directory, "layout:/srv/web:1")).contains(has);
    assertThat(found(directory, "layout:/srv/web:2")).isEmpty();
    assertThat(found(directory, "layout:no-path")).isEmpty();
  }

  private static Optional<String> found(BridgeDirectory directory, String image) throws Exception {
    return directory.lookUp(image, false).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void a_directory_learns_of_bridges_from_the_receptionist() throws Exception {
    var directory = new BridgeDirectory(kit.system().scheduler());
    kit.spawn(directory.watcher());
    kit.spawn(
        NodeBridge.create("node-7", door, tags, Optional.empty()), NodeBridge.nameFor("node-7"));

    kit.<Object>createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(5),
            () -> {
              directory.askForFacts("node-7");
              assertThat(door.seen.poll()).isEqualTo("tellFacts");
              return null;
            });
  }

  @Test
  void every_server_learns_a_fact_and_one_delivers_it() throws Exception {
    var first = new RecordingReceiver();
    var second = new RecordingReceiver();
    var local = kit.spawn(FactGate.create(first));
    kit.spawn(FactGate.create(second));
    kit.spawn(
        NodeBridge.create("node-1", door, tags, Optional.of(local)), NodeBridge.nameFor("node-1"));
    var uplink = (Uplink) door.next();
    assertThat(door.next()).isEqualTo("tellFacts"); // The second gate became known.

    uplink.send(FACT);

    assertThat(first.next()).isEqualTo("learn");
    assertThat(first.next()).isEqualTo("deliver");
    assertThat(second.next()).isEqualTo("learn");
    assertThat(second.seen.poll(50, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void assignments_come_from_the_store_or_fail_with_its_reason() throws Exception {
    var receiver = new RecordingReceiver();
    var local = kit.spawn(FactGate.create(receiver));
    kit.spawn(
        NodeBridge.create("node-1", door, tags, Optional.of(local)), NodeBridge.nameFor("node-1"));
    var uplink = (Uplink) door.next();

    receiver.assignments = CompletableFuture.completedFuture(List.of(Orders.run("web-0-x", 7)));
    assertThat(get(uplink.assignments())).containsExactly(Orders.run("web-0-x", 7));

    receiver.assignments = CompletableFuture.failedFuture(new IllegalStateException("no majority"));
    assertThat(uplink.assignments().toCompletableFuture())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withMessageContaining("no majority");
  }

  @Test
  void the_agent_is_disconnected_when_its_cluster_system_ends() throws Exception {
    var local = kit.spawn(FactGate.create(new RecordingReceiver()));
    var bridge =
        kit.spawn(
            NodeBridge.create("node-1", door, tags, Optional.of(local)),
            NodeBridge.nameFor("node-1"));
    door.next();

    kit.stop(bridge);

    assertThat(door.next()).isEqualTo("disconnect");
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private static final class RecordingDoor implements AgentDoor {
    final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    Object next() throws InterruptedException {
      var next = seen.poll(5, TimeUnit.SECONDS);
      assertThat(next).as("nothing came through the door").isNotNull();
      return next;
    }

    @Override
    public void order(NodeOrder order) {
      seen.add(order);
    }

    @Override
    public void tellFacts() {
      seen.add("tellFacts");
    }

    @Override
    public void connect(Uplink uplink) {
      seen.add(uplink);
    }

    @Override
    public void disconnect(Uplink uplink) {
      seen.add("disconnect");
    }
  }

  private static final class RecordingReceiver implements FactReceiver {
    final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    volatile CompletionStage<List<NodeOrder.Run>> assignments =
        CompletableFuture.completedFuture(List.of());

    String next() throws InterruptedException {
      var next = seen.poll(5, TimeUnit.SECONDS);
      assertThat(next).as("the receiver heard nothing").isNotNull();
      return next;
    }

    @Override
    public void learn(NodeFact fact) {
      seen.add("learn");
    }

    @Override
    public void deliver(NodeFact fact) {
      seen.add("deliver");
    }

    @Override
    public CompletionStage<List<NodeOrder.Run>> assignmentsOf(String nodeUid) {
      return assignments;
    }
  }
}
