package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.image.PullProgress;
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
  private static final long STEP_MILLIS = 1_000;

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
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
  void it_says_how_far_its_image_is_once_a_second_and_only_what_is_new() {
    var pull = machine.holdNextPull();
    supervise();
    assertThat(changed().getMessage()).isEmpty();

    pulled(120_000_000);
    pass(1_000);
    assertThat(agent.expectMessageClass(Report.Happened.class))
        .extracting(Report.Happened::reason, Report.Happened::message)
        .containsExactly("Pulling", IMAGE);
    var first = changed();
    pass(5_000);
    agent.expectNoMessage(Duration.ofMillis(20));
    pulled(150_000_000);
    pass(1_100);
    var second = changed();
    machine.pulled(null);
    pull.complete(null);
    agent.expectMessageClass(Report.Happened.class);
    var running = changed();

    assertThat(first.getPhase()).isEqualTo(InstancePhase.INSTANCE_STARTING);
    assertThat(first.getMessage()).isEqualTo("pulls " + IMAGE + ": 120 of 300 MB, 2 of 5 layers");
    assertThat(first.getPulling().getBytes()).isEqualTo(120_000_000);
    assertThat(second.getMessage()).contains("150 of 300 MB");
    assertThat(running.getPhase()).isEqualTo(InstancePhase.INSTANCE_RUNNING);
    assertThat(running.hasPulling()).isFalse();
    assertThat(running.getMessage()).isEmpty();
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

  @Test
  void many_that_wait_for_one_image_tell_in_turn_and_none_is_left_out() {
    var pace = new PullPace();
    long second = Duration.ofSeconds(1).toNanos();
    var turns = new java.util.TreeSet<Long>();

    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 100; i++) {
        turns.add(pace.turn(10 * second, Duration.ZERO).toNanos());
      }
    }

    assertThat(turns).hasSize(300);
    assertThat(turns.last() - turns.first()).isEqualTo(299 * second / 20);
    assertThat(new PullPace().turn(10 * second, PullPace.EACH)).isEqualTo(PullPace.EACH);
  }

  @Test
  void words_leave_out_what_is_not_known() {
    assertThat(Words.of(new PullProgress(IMAGE + "@sha256:ab", 0, 0, 0, 0)))
        .isEqualTo("pulls " + IMAGE);
    assertThat(Words.of(new PullProgress("layout:/srv/web", 0, 9, 1, 3)))
        .isEqualTo("pulls layout:/srv/web: 1 of 3 layers");
    assertThat(Words.of(new PullProgress(IMAGE, 900, 2_001, 0, 1)))
        .isEqualTo("pulls " + IMAGE + ": 0 of 3 kB, 0 of 1 layers");
  }

  private void pulled(long bytes) {
    machine.pulled(new PullProgress(IMAGE, bytes, 300_000_000, 2, 5));
  }

  /** In few steps: each gives the actors a tenth of a second of real time. */
  private void pass(long millis) {
    for (long left = millis; left > 0; left -= STEP_MILLIS) {
      var step = Duration.ofMillis(Math.min(left, STEP_MILLIS));
      clock.advance(step);
      time.timePasses(step);
    }
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
