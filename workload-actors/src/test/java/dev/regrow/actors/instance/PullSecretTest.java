package dev.regrow.actors.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.v1.InstancePhase;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an instance's registry is shown, and when a node asks for that. */
class PullSecretTest {

  private static final String ID = "web-2-x4f";

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final FakeClock clock = new FakeClock();
  private final FakeNodeRuntime machine = new FakeNodeRuntime(clock);
  private final TestProbe<Report> agent = kit.createTestProbe();
  private final AtomicInteger asked = new AtomicInteger();

  @AfterEach
  void tearDown() {
    kit.shutdownTestKit();
  }

  @Test
  void after_a_pull_that_failed_the_secret_is_asked_for_again() {
    machine.failNextPull("HTTP 401");

    supervise();

    awaitRunning();
    assertThat(shown()).isEqualTo(new Credentials("me", "password-2"));
  }

  @Test
  void a_restart_in_place_needs_nobody_to_ask() {
    supervise();
    awaitRunning();

    machine.newest(ID).exits(1);

    awaitRunning();
    assertThat(shown()).isEqualTo(new Credentials("me", "password-1"));
  }

  private Credentials shown() {
    LaunchSpec.Image image = Objects.requireNonNull(machine.newest(ID).spec().image());
    return Objects.requireNonNull(image.credentials());
  }

  private void supervise() {
    var node =
        new SupervisedNode(
            machine, clock, "n1", "127.0.0.1", Ports.NONE, Duration.ofSeconds(10), this::told);
    var order = Orders.run(ID, 7);
    var template =
        order.template().toBuilder().setImage("oci:reg.example/web:1").setPullSecret("reg").build();
    var run = new NodeOrder.Run(order.assignment(), template, order.restart(), false, 0);
    kit.spawn(InstanceSupervisor.start(node, run, agent.getRef()));
  }

  private CompletionStage<Contents> told(Object assignment) {
    var secret =
        Map.of(
            "username", ByteString.copyFromUtf8("me"),
            "password", ByteString.copyFromUtf8("password-" + asked.incrementAndGet()));
    return CompletableFuture.completedStage(new Contents(Map.of("pull-secret/reg", secret)));
  }

  private void awaitRunning() {
    agent.fishForMessage(
        Duration.ofSeconds(10),
        report ->
            report instanceof Report.Changed changed
                    && changed.instance().getPhase() == InstancePhase.INSTANCE_RUNNING
                ? org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                : org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore());
  }
}
