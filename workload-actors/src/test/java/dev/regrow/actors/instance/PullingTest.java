package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Ports;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An instance whose image is not on its node yet. */
class PullingTest {

  private static final String ID = "web-2-x4f";
  private static final String IMAGE = "oci:reg.example/web:1";

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final FakeClock clock = new FakeClock();
  private final FakeNodeRuntime machine = new FakeNodeRuntime(clock);
  private final SupervisedNode node =
      new SupervisedNode(machine, clock, "n1", "127.0.0.1", Ports.NONE, Duration.ofSeconds(10));
  private final TestProbe<Report> agent = kit.createTestProbe();

  @AfterEach
  void tearDown() {
    kit.shutdownTestKit();
  }

  @Test
  void a_stop_while_its_image_comes_ends_it_at_once_and_nothing_is_ever_started() {
    var pull = machine.holdNextPull();
    var supervisor = supervise();
    changed();

    supervisor.tell(new InstanceSupervisor.Stop("deleted"));

    assertThat(agent.expectMessageClass(Report.Happened.class).reason()).isEqualTo("Stopped");
    var over = agent.expectMessageClass(Report.Changed.class);
    assertThat(over.over()).isTrue();
    assertThat(over.instance().getPhase()).isEqualTo(InstancePhase.INSTANCE_EXITED);
    pull.complete(null);
    agent.expectNoMessage(Duration.ofMillis(20));
    assertThat(machine.launched()).isEmpty();
  }

  private ActorRef<Command> supervise() {
    var order = Orders.run(ID, 7);
    var template = order.template().toBuilder().setImage(IMAGE).build();
    var run = new NodeOrder.Run(order.assignment(), template, order.restart(), false, 0);
    return kit.spawn(InstanceSupervisor.start(node, run, agent.getRef()));
  }

  private Instance changed() {
    return agent.expectMessageClass(Report.Changed.class).instance();
  }
}
