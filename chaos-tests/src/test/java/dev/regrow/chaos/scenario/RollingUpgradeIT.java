package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Member;
import dev.regrow.v1.Token;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes are restarted and upgraded one after the other under load, and nobody notices. */
@RealNodes
class RollingUpgradeIT {

  private static final int SIZE = 3;
  private static final String STEADY = "steady";
  private static final int STEADY_COUNT = 6;
  private static final Duration SHORT = Duration.ofSeconds(5);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  @Test
  void a_release_with_new_fields_messages_and_commands_comes_and_goes_unnoticed(
      @TempDir Path folder) {
    Path home = RealNodes.Here.home();
    Path next = NextRelease.build(home, Path.of("..").toAbsolutePath().normalize(), folder);
    try (Lab lab = Lab.open(home)) {
      Machine founder = Formation.form(lab, SIZE).get(0);
      try (var client = LabClient.ofAny(founder, lab.machines(), SHORT);
          var load = SteadyLoad.start(founder, lab.machines())) {
        var observed = new Observed(client);
        client.send(Calls.apply(Programs.complete(Programs.sleeper(STEADY, STEADY_COUNT))));
        var steady = observed.awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
        Map<String, String> untouched = Observed.identities(steady);
        var first = lab.machines().get(0);

        if (Effort.of("restarts", 0, 1) == 1) {
          restart(first, home, client);
        }
        for (Machine machine : lab.machines().subList(0, SIZE - 1)) {
          restart(machine, next, client);
        }
        assertThat(levels(client)).containsExactlyInAnyOrder(2, 2, 1);
        mixedFor(Duration.ofSeconds(Effort.of("mixed", 2, 60)), load);
        assertThatThrownBy(() -> client.send(Calls.raiseFeatureLevel()))
            .isInstanceOf(ApiException.Conflict.class)
            .hasMessageContaining("n3");
        restart(first, home, client);
        assertThat(levels(client)).containsExactlyInAnyOrder(1, 2, 1);

        restart(first, next, client);
        restart(lab.machines().get(SIZE - 1), next, client);
        assertThat(client.send(Calls.cluster()).getFeatureLevel()).isEqualTo(1);
        assertThat(tokens(client)).doesNotContain(NextRelease.TOKEN);
        client.send(Calls.raiseFeatureLevel());
        Await.until(
            "a command of the new level",
            SETTLED_WITHIN,
            () -> tokens(client),
            seen -> seen.contains(NextRelease.TOKEN));

        System.out.println("rolling upgrade: " + load.stop());
        assertThat(load.failures()).isEmpty();
        var after = observed.awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
        assertThat(Observed.identities(after)).isEqualTo(untouched);
        assertThat(client.send(Calls.workload(Programs.NAMESPACE, STEADY)).getRevision())
            .isEqualTo(1);
      }
      cannotGoBack(lab.machines().get(1), home);
    }
  }

  /** Ends the agent in order and starts that release in its place. */
  private static void restart(Machine machine, Path home, RegrowClient client) {
    machine.jvm().term();
    machine.jvm().from(home).launch().awaitReady();
    Formation.awaitReady(client, SIZE);
  }

  private static void mixedFor(Duration time, SteadyLoad load) {
    long before = load.done();
    // The load is the point.
    LockSupport.parkNanos(time.toNanos());
    assertThat(load.done()).isGreaterThan(before);
  }

  private static void cannotGoBack(Machine machine, Path home) {
    machine.jvm().term();
    machine.jvm().from(home).launch();
    Await.until("the older release to refuse", SETTLED_WITHIN, () -> !machine.jvm().isRunning());
    assertThat(machine.jvm().outputTail())
        .contains("feature level %d".formatted(NextRelease.LEVEL))
        .contains("start the newer release");
  }

  private static List<Integer> levels(RegrowClient client) {
    Cluster cluster = client.send(Calls.cluster());
    return cluster.getMembersList().stream().map(Member::getFeatureLevel).toList();
  }

  private static List<String> tokens(RegrowClient client) {
    return client.send(Calls.tokens("")).getItemsList().stream().map(Token::getId).toList();
  }
}
