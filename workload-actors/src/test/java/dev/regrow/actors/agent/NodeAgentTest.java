package dev.regrow.actors.agent;

import static dev.regrow.v1.InstancePhase.INSTANCE_EXITED;
import static dev.regrow.v1.InstancePhase.INSTANCE_PENDING;
import static dev.regrow.v1.InstancePhase.INSTANCE_RUNNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.SupervisedNode;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeInstance;
import dev.regrow.actors.testing.FakeLeases;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.FakeUplink;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Network;
import dev.regrow.v1.Reason;
import dev.regrow.v1.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeAgentTest {

  private static final Ports OWN = Ports.of(List.of(Ports.code(7410, false)));

  private static final String ID = "web-2-x";

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final FakeClock clock = new FakeClock();
  private final FakeNodeRuntime machine = new FakeNodeRuntime(clock);
  private final FakeLeases leases = new FakeLeases();
  private final TestProbe<NodeFact> cluster = kit.createTestProbe();
  private final FakeUplink uplink = new FakeUplink(cluster.getRef()::tell);

  @AfterEach
  void tearDown() {
    kit.shutdownTestKit();
  }

  @Test
  void an_ordered_instance_runs_and_reserves_what_it_asked_for() {
    var agent = servingAgent();

    agent.tell(new NodeAgent.Ordered(Orders.run(ID, 7)));

    var running = observed(instance -> instance.getPhase() == INSTANCE_RUNNING);
    assertThat(running.assignment()).isEqualTo(Orders.run(ID, 7).assignment());
    assertThat(running.nodeUid()).isEqualTo("node-1");
    agent.tell(NodeAgent.TellFacts.INSTANCE);
    var summary = summary(s -> s.instances() == 1);
    assertThat(summary.memoryBytesReserved()).isEqualTo(1 << 27);
    assertThat(summary.cpuMillisReserved()).isEqualTo(100);
    assertThat(summary.pidsReserved()).isEqualTo(64);
    assertThat(summary.schedulable()).isTrue();
  }

  @Test
  void the_same_order_twice_starts_one_instance_and_is_answered_twice() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(Orders.run(ID, 7)));
    var first = observed(instance -> instance.getPhase() == INSTANCE_RUNNING);

    agent.tell(new NodeAgent.Ordered(Orders.run(ID, 7)));

    var second = observed(instance -> instance.getPhase() == INSTANCE_RUNNING);
    assertThat(second.sequence()).isGreaterThan(first.sequence());
    assertThat(machine.launched()).hasSize(1);
  }

  @Test
  void what_does_not_fit_is_refused_with_what_lacks_and_a_fresh_summary() {
    var agent = servingAgent();
    var large =
        Orders.template().toBuilder()
            .setResources(Resources.newBuilder().setCpu(100).setMemory(1L << 31).setPids(1))
            .build();

    agent.tell(
        new NodeAgent.Ordered(
            new NodeOrder.Run(Orders.assignment(ID, "web-2", 7), large, Orders.ALWAYS, false, 0)));

    var refused = (NodeFact.Refused) fish(fact -> fact instanceof NodeFact.Refused);
    assertThat(refused.reason()).isEqualTo("memory (bytes): 2147483648 wanted, 1073741824 free");
    assertThat(refused.summary().memoryBytesCapacity()).isEqualTo(1L << 30);
    assertThat(machine.launched()).isEmpty();
  }

  @Test
  void a_published_port_is_one_workloads_and_never_one_of_the_node() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(publishing("web-1-a", "uid-web", 80)));
    agent.tell(new NodeAgent.Ordered(publishing("web-2-b", "uid-web", 80)));
    observed(it -> it.getId().equals("web-2-b") && it.getPhase() == INSTANCE_RUNNING);

    agent.tell(new NodeAgent.Ordered(publishing("api-1-c", "uid-api", 80)));
    agent.tell(new NodeAgent.Ordered(publishing("api-1-d", "uid-api", 7410)));

    assertThat(((NodeFact.Refused) fish(fact -> fact instanceof NodeFact.Refused)).reason())
        .isEqualTo("port 80/tcp is taken");
    assertThat(((NodeFact.Refused) fish(fact -> fact instanceof NodeFact.Refused)).reason())
        .isEqualTo("port 7410/tcp is taken");
  }

  private static NodeOrder.Run publishing(String id, String workloadUid, int port) {
    var slot = id.substring(0, id.lastIndexOf('-'));
    var workload = slot.substring(0, slot.lastIndexOf('-'));
    var template = Orders.template().toBuilder().setNetwork(Network.BRIDGE);
    template.addPortsBuilder().setPort(8080).setPublish(port);
    return new NodeOrder.Run(
        new AssignmentRef("default", workload, workloadUid, id, slot, 1, 7),
        template.build(),
        Orders.ALWAYS,
        false,
        0);
  }

  @Test
  void an_order_older_than_what_the_slot_has_is_refused() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(Orders.run("web-2-new", 9)));
    observed(instance -> instance.getPhase() == INSTANCE_RUNNING);

    agent.tell(new NodeAgent.Ordered(Orders.run("web-2-old", 7)));

    var refused = (NodeFact.Refused) fish(fact -> fact instanceof NodeFact.Refused);
    assertThat(refused.reason()).contains("epoch 7 is older than epoch 9");
  }

  @Test
  void what_was_stopped_never_starts_again_not_even_after_it_was_forgotten() {
    var agent = servingAgent();
    var run = Orders.run(ID, 7);
    agent.tell(new NodeAgent.Ordered(run));
    observed(instance -> instance.getPhase() == INSTANCE_RUNNING);
    agent.tell(new NodeAgent.Ordered(new NodeOrder.Stop(run.assignment(), "scaled down")));
    var end = observed(instance -> instance.getPhase() == INSTANCE_EXITED).instance();
    assertThat(end.getReason()).isEqualTo(Reason.SIGNALED);
    agent.tell(new NodeAgent.Ordered(new NodeOrder.Forget(run.assignment())));

    agent.tell(new NodeAgent.Ordered(run));

    observed(instance -> instance.getPhase() == INSTANCE_EXITED);
    assertThat(machine.launched()).hasSize(1);
    var key = new InstanceKey("default", "web", ID);
    assertThat(machine.discarded()).containsExactly(key);
    assertThat(machine.forgotten()).containsExactly(key);
  }

  @Test
  void a_stop_of_what_is_not_here_is_answered_that_it_is_gone() {
    var agent = servingAgent();

    agent.tell(
        new NodeAgent.Ordered(new NodeOrder.Stop(Orders.assignment(ID, "web-2", 7), "deleted")));

    var gone = observed(instance -> instance.getId().equals(ID));
    assertThat(gone.instance().getPhase()).isEqualTo(INSTANCE_EXITED);
    assertThat(gone.instance().getMessage()).contains("no such instance");
  }

  @Test
  void before_its_assignments_are_known_an_agent_accepts_heals_and_stops_nothing() {
    var ours = machine.leave(specOf(Orders.run(ID, 7)));
    var assignments = uplink.holdAssignments();
    var agent = spawn();
    agent.tell(new NodeAgent.Connected(uplink));
    assertThat(summary(s -> true).schedulable()).isFalse();
    observed(instance -> instance.getPid() == ours.pid());

    agent.tell(new NodeAgent.Ordered(Orders.run("web-3-y", 8)));
    ours.exits(3);

    observed(instance -> instance.getExitCode() == 3);
    assertThat(machine.launched()).isEmpty();
    assignments.complete(List.of(Orders.run(ID, 7)));
    observedInAnyOrder(
        instance -> instance.getId().equals(ID) && instance.getAttempt() == 2,
        instance -> instance.getId().equals("web-3-y"));
  }

  @Test
  void a_restarted_agent_keeps_what_is_still_its_own_and_stops_the_rest() {
    var ours = machine.leave(specOf(Orders.run(ID, 7)));
    var foreign = machine.leave(specOf(Orders.run("web-4-z", 5)));
    uplink.assign(List.of(Orders.run(ID, 7), Orders.run("web-5-q", 9)));
    var agent = spawn();

    agent.tell(new NodeAgent.Connected(uplink));

    summary(NodeFact.Summary::schedulable);
    summary(s -> s.instances() == 2);
    agent.tell(NodeAgent.TellFacts.INSTANCE);
    observed(i -> i.getId().equals(ID) && i.getPid() == ours.pid());
    observed(i -> i.getId().equals("web-4-z") && i.getPhase() == INSTANCE_EXITED);
    observed(i -> i.getId().equals("web-5-q") && i.getPhase() == INSTANCE_RUNNING);
    assertThat(foreign.stops()).hasSize(1);
    assertThat(ours.stops()).isEmpty();
    assertThat(machine.launched())
        .extracting(FakeInstance::key)
        .extracting(InstanceKey::instanceId)
        .containsExactly("web-5-q");
  }

  @Test
  void without_a_cluster_a_node_goes_on_healing_and_tells_it_all_later() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(Orders.run(ID, 7)));
    observed(instance -> instance.getPhase() == INSTANCE_RUNNING);
    agent.tell(new NodeAgent.Disconnected(uplink));
    uplink.assign(List.of(Orders.run(ID, 7)));

    machine.newest(ID).exits(5);

    awaitAttempt(2);
    agent.tell(new NodeAgent.Connected(uplink));
    var exited =
        (NodeFact.Happened)
            fish(f -> f instanceof NodeFact.Happened h && h.reason().equals("Exited"));
    assertThat(exited.message()).isEqualTo("exit code 5");
    agent.tell(NodeAgent.TellFacts.INSTANCE);
    observed(instance -> instance.getAttempt() == 2);
  }

  @Test
  void assignments_are_asked_for_again_until_the_store_can_say() {
    uplink.failAssignments("no majority");
    var agent = spawn();
    agent.tell(new NodeAgent.Connected(uplink));
    summary(s -> !s.schedulable());
    uplink.awaitAsked(1);
    uplink.assign(List.of());

    time.timePasses(Duration.ofSeconds(10));

    summary(NodeFact.Summary::schedulable);
  }

  @Test
  void an_exclusive_instance_starts_once_the_majority_grants_its_very_assignment() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(exclusive()));
    observed(i -> i.getPhase() == INSTANCE_PENDING && i.getMessage().contains("lease"));
    awaitAskedForLeases(1);

    leases.grant(FakeLeases.grant(ID, 6, true), FakeLeases.grant(ID, 7, false));
    time.timePasses(Duration.ofSeconds(3));
    awaitAskedForLeases(2);
    assertThat(machine.launched()).isEmpty();
    leases.grant(FakeLeases.grant(ID, 7, true));

    observed(instance -> instance.getPhase() == INSTANCE_RUNNING);
  }

  @Test
  void a_renewed_lease_counts_from_when_it_was_asked_for_and_is_asked_for_without_a_cluster() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(exclusive()));
    awaitAskedForLeases(1);
    leases.grant(FakeLeases.grant(ID, 7, true));
    observed(instance -> instance.getPhase() == INSTANCE_RUNNING);
    agent.tell(new NodeAgent.Disconnected(uplink));
    int before = leases.count();
    long asked = clock.bootNanos();

    time.timePasses(Duration.ofSeconds(3));
    awaitAskedForLeases(before + 1);
    leases.grant(FakeLeases.grant(ID, 7, true));

    cluster.awaitAssert(
        Duration.ofSeconds(3),
        () -> {
          assertThat(machine.newest(ID).leases()).contains(asked + Duration.ofSeconds(9).toNanos());
          return null;
        });
  }

  private static NodeOrder.Run exclusive() {
    return new NodeOrder.Run(
        Orders.assignment(ID, "web-2", 7), Orders.template(), Orders.ALWAYS, true, 0);
  }

  private void awaitAskedForLeases(int times) {
    cluster.awaitAssert(
        Duration.ofSeconds(3),
        () -> {
          assertThat(leases.count()).isGreaterThanOrEqualTo(times);
          return null;
        });
  }

  @Test
  void taking_the_node_down_ends_every_instance_and_leaves_nothing_but_logs() {
    var agent = servingAgent();
    agent.tell(new NodeAgent.Ordered(Orders.run(ID, 7)));
    agent.tell(new NodeAgent.Ordered(Orders.run("web-3-y", 8)));
    observed(i -> i.getId().equals("web-3-y") && i.getPhase() == INSTANCE_RUNNING);
    var done = kit.<Done>createTestProbe();

    agent.tell(new NodeAgent.EndAll(done.getRef()));

    done.receiveMessage();
    assertThat(machine.newest(ID).stops()).hasSize(1);
    assertThat(machine.discarded()).hasSize(2);
    assertThat(machine.forgotten()).isEmpty();
    agent.tell(new NodeAgent.Ordered(Orders.run("web-9-y", 20)));
    var refused = (NodeFact.Refused) fish(fact -> fact instanceof NodeFact.Refused);
    assertThat(refused.reason()).contains("stopping");
  }

  private ActorRef<NodeAgent.Command> servingAgent() {
    var agent = spawn();
    agent.tell(new NodeAgent.Connected(uplink));
    summary(NodeFact.Summary::schedulable);
    return agent;
  }

  private ActorRef<NodeAgent.Command> spawn() {
    var node = new SupervisedNode(machine, clock, "n1", "127.0.0.1", OWN, Duration.ofSeconds(9));
    return kit.spawn(
        NodeAgent.create(
            node, new NodeAgent.Identity("node-1", 1000, leases, List::of, Runnable::run)));
  }

  private static LaunchSpec specOf(NodeOrder.Run run) {
    return FakeNodeRuntime.specOf(run);
  }

  private void awaitAttempt(int attempt) {
    cluster.awaitAssert(
        Duration.ofSeconds(3),
        () -> {
          assertThat(machine.newest(ID).attempt()).isEqualTo(attempt);
          return null;
        });
  }

  private NodeFact.Observed observed(Predicate<Instance> wanted) {
    return (NodeFact.Observed)
        fish(fact -> fact instanceof NodeFact.Observed o && wanted.test(o.instance()));
  }

  private void observedInAnyOrder(Predicate<Instance> one, Predicate<Instance> other) {
    var left = new ArrayList<>(List.of(one, other));
    fish(
        fact -> {
          if (fact instanceof NodeFact.Observed o) {
            left.removeIf(each -> each.test(o.instance()));
          }
          return left.isEmpty();
        });
  }

  private NodeFact.Summary summary(Predicate<NodeFact.Summary> wanted) {
    return (NodeFact.Summary) fish(fact -> fact instanceof NodeFact.Summary s && wanted.test(s));
  }

  private NodeFact fish(Predicate<NodeFact> wanted) {
    return cluster
        .fishForMessage(
            Duration.ofSeconds(3),
            fact ->
                wanted.test(fact)
                    ? FishingOutcomes.complete()
                    : FishingOutcomes.continueAndIgnore())
        .get(0);
  }
}
