package dev.regrow.actors.instance;

import static dev.regrow.v1.InstancePhase.INSTANCE_EXITED;
import static dev.regrow.v1.InstancePhase.INSTANCE_RUNNING;
import static dev.regrow.v1.InstancePhase.INSTANCE_STARTING;
import static dev.regrow.v1.InstancePhase.INSTANCE_STOPPING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.ServedPort;
import dev.regrow.v1.Health;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Network;
import dev.regrow.v1.Port;
import dev.regrow.v1.Reason;
import dev.regrow.v1.TcpCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InstanceHealthTest {

  private static final String ID = "web-2-x4f";
  private static final Probe SERVES = new Probe.Tcp(8080);
  private static final Probe LIVES = new Probe.Exec(List.of("/bin/alive"));

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final FakeClock clock = new FakeClock();
  private final FakeNodeRuntime machine = new FakeNodeRuntime(clock);
  private final SupervisedNode node =
      new SupervisedNode(machine, clock, "n1", "127.0.0.1", Ports.NONE, Duration.ofSeconds(10));
  private final TestProbe<Report> agent = kit.createTestProbe();
  private final List<Report.Happened> happened = new ArrayList<>();

  @AfterEach
  void tearDown() {
    kit.shutdownTestKit();
  }

  @Test
  void it_is_ready_once_its_readiness_probe_succeeds() {
    machine.probes().fails(SERVES, "port 8080 refuses connections");
    supervise(withHealth());
    assertThat(expect(it -> it.getPhase() == INSTANCE_RUNNING).getReady()).isFalse();

    machine.probes().succeeds(SERVES);
    passes(Duration.ofMillis(50));

    expect(Instance::getReady);
    assertThat(reasons()).contains("Ready");
  }

  @Test
  void what_fails_its_readiness_probe_runs_on_and_is_not_ready() {
    supervise(withHealth());
    expect(Instance::getReady);
    machine.probes().fails(SERVES, "answered 503");

    for (int i = 0; i < 3; i++) {
      passes(Duration.ofSeconds(1));
    }

    var instance = expect(it -> !it.getReady());
    assertThat(instance.getPhase()).isEqualTo(INSTANCE_RUNNING);
    assertThat(instance.getMessage()).isEqualTo("readiness: answered 503");
    assertThat(machine.newest(ID).stops()).isEmpty();
    assertThat(reasons()).contains("NotReady");
  }

  @Test
  void what_fails_its_liveness_probe_is_started_again_with_that_reason() {
    supervise(withHealth());
    expect(Instance::getReady);
    machine.probes().fails(LIVES, "/bin/alive exited with 1");

    for (int i = 0; i < 2; i++) {
      passes(Duration.ofSeconds(2));
    }

    expect(it -> it.getPhase() == INSTANCE_STOPPING);
    expect(it -> it.getPhase() == INSTANCE_STARTING);
    var instance = expect(it -> it.getPhase() == INSTANCE_RUNNING);
    assertThat(instance.getRestarts()).isEqualTo(1);
    assertThat(instance.getLast().getReason()).isEqualTo(Reason.LIVENESS_FAILED);
    assertThat(reasons()).contains("Unhealthy", "LivenessFailed");
    assertThat(happened.stream().map(Report.Happened::message).toList())
        .contains("liveness: /bin/alive exited with 1, 2 times in a row");
  }

  @Test
  void another_agents_instance_is_asked_and_not_ended_before_it_is_known_to_be_ours() {
    machine.probes().fails(LIVES, "/bin/alive exited with 1");
    machine.probes().fails(SERVES, "port 8080 refuses connections");
    var order = withHealth();
    var left = machine.leave(FakeNodeRuntime.specOf(order));
    var supervisor =
        kit.spawn(InstanceSupervisor.adopt(node, left, InstanceMemory.of(left), agent.getRef()));
    expect(it -> it.getPhase() == INSTANCE_RUNNING && !it.getReady());
    for (int i = 0; i < 5; i++) {
      passes(Duration.ofSeconds(2));
    }
    assertThat(left.stops()).isEmpty();

    supervisor.tell(new InstanceSupervisor.Confirm(order));
    expect(it -> it.getPhase() == INSTANCE_RUNNING);
    for (int i = 0; i < 3; i++) {
      passes(Duration.ofSeconds(2));
    }

    expect(it -> it.getPhase() == INSTANCE_STOPPING);
    assertThat(left.stops()).hasSize(1);
  }

  @Test
  void an_instance_that_is_being_stopped_is_asked_nothing_more() {
    var supervisor = supervise(withHealth());
    expect(Instance::getReady);
    machine.newest(ID).thatIsDeaf();
    supervisor.tell(new InstanceSupervisor.Stop("scaled down"));
    expect(it -> it.getPhase() == INSTANCE_STOPPING);
    int asked = machine.newest(ID).asked().size();

    passes(Duration.ofSeconds(5));

    assertThat(machine.newest(ID).asked()).hasSize(asked);
  }

  @Test
  void what_is_published_leads_to_it_while_it_is_ready_and_no_longer() {
    var supervisor = supervise(published());
    expect(Instance::getReady);
    var port = new ServedPort(false, "127.0.0.1", 80, 8080);
    assertThat(machine.newest(ID).served()).containsExactly(List.of(), List.of(port));
    assertThat(expectNow(supervisor).getAddress()).isEqualTo("10.208.0.2");

    machine.probes().fails(SERVES, "answered 503");
    for (int i = 0; i < 3; i++) {
      passes(Duration.ofSeconds(1));
    }
    expect(it -> !it.getReady());

    assertThat(machine.newest(ID).served()).endsWith(List.of());
    supervisor.tell(new InstanceSupervisor.Stop("scaled down"));
    var over = expect(it -> it.getPhase() == INSTANCE_EXITED);
    assertThat(over.getAddress()).isEmpty();
  }

  private Instance expectNow(ActorRef<Command> supervisor) {
    supervisor.tell(InstanceSupervisor.Tell.INSTANCE);
    return expect(it -> true);
  }

  private static NodeOrder.Run published() {
    var run = withHealth();
    var template = run.template().toBuilder().setNetwork(Network.BRIDGE);
    template.getPortsBuilder(0).setPublish(80);
    return new NodeOrder.Run(
        run.assignment(),
        template.build(),
        run.restart(),
        run.exclusive(),
        run.restartGeneration());
  }

  private void passes(Duration duration) {
    clock.advance(duration);
    time.timePasses(duration);
  }

  private static NodeOrder.Run withHealth() {
    var run = Orders.run(ID, 7);
    var health = Health.newBuilder();
    health
        .getReadinessBuilder()
        .setTcp(TcpCheck.newBuilder().setPort("http"))
        .setInterval(1000)
        .setTimeout(1000)
        .setFailures(3);
    health
        .getLivenessBuilder()
        .addExec("/bin/alive")
        .setInterval(2000)
        .setTimeout(1000)
        .setFailures(2);
    return new NodeOrder.Run(
        run.assignment(),
        run.template().toBuilder()
            .addPorts(Port.newBuilder().setName("http").setPort(8080))
            .setHealth(health)
            .build(),
        run.restart(),
        run.exclusive(),
        run.restartGeneration());
  }

  private ActorRef<Command> supervise(NodeOrder.Run run) {
    return kit.spawn(InstanceSupervisor.start(node, run, agent.getRef()));
  }

  /** The next state that is so; what happened on the way is kept. */
  private Instance expect(Predicate<Instance> wanted) {
    while (true) {
      var report = agent.receiveMessage();
      if (report instanceof Report.Happened event) {
        happened.add(event);
      } else if (report instanceof Report.Changed changed && wanted.test(changed.instance())) {
        return changed.instance();
      }
    }
  }

  private List<String> reasons() {
    return happened.stream().map(Report.Happened::reason).toList();
  }
}
