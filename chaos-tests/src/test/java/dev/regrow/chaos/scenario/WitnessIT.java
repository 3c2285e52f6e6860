package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigKind;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two servers and a witness: either server may be lost, the other goes on. */
@RealNodes
class WitnessIT {

  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
  private static final long RSS_MAX = 96 << 20;

  @Test
  void either_of_two_servers_may_be_lost_and_the_other_goes_on() {
    try (Lab lab = Lab.open(RealNodes.Here.home())) {
      List<Machine> machines = Formation.formWithWitness(lab);
      Machine founder = machines.get(0);
      Machine witness = machines.get(2);
      try (var client = LabClient.ofAny(founder, machines.subList(0, 2), SHORT)) {
        var observed = new Observed(client);
        client.send(Calls.apply(Programs.complete(Programs.sleeper("both", 2))));
        observed.awaitReady("both", 2, SETTLED_WITHIN, each -> true);
        Await.until(
            "the witness to be on record",
            SETTLED_WITHIN,
            () -> client.send(Calls.nodes()).getItemsList(),
            nodes ->
                nodes.stream()
                    .anyMatch(
                        node ->
                            node.getName().equals("n3")
                                && node.getRolesList().equals(List.of("witness"))
                                && node.getAddress().isEmpty()
                                && node.getPhase() == NodePhase.NODE_READY));

        int rounds = Effort.of("losses", 1, 6);
        for (int i = 0; i < rounds; i++) {
          Machine lost = machines.get((i + 1) % 2);
          lost.die();
          var change = Programs.sleeper("both", 2).putLabels("round", "r" + i);
          Await.until("a change to be taken", SETTLED_WITHIN, () -> observed.takesChange(change));
          observed.awaitReady(
              "both", 2, SETTLED_WITHIN, each -> !each.getNode().equals(lost.name()));
          lost.jvm().start();
          awaitVotes(client);
        }

        int writes = Effort.of("witness-writes", 100, 5_000);
        write(client, writes);
        assertThatItIsSmall(witness, "after %d writes of 1 kB".formatted(writes));
      }
    }
  }

  /** Its memory is asserted in full: what else the machine does makes no difference to it. */
  private static void assertThatItIsSmall(Machine witness, String when) {
    long rss = Proc.rssBytes(witness.jvm().pid());
    System.out.printf("the witness takes %.1f MB %s%n", rss / 1e6, when);
    if (Boolean.getBoolean("regrow.full")) {
      assertThat(rss).as(when).isLessThanOrEqualTo(RSS_MAX);
    }
  }

  private static void write(RegrowClient client, int count) {
    var text = "x".repeat(1_000);
    for (int i = 0; i < count; i++) {
      client.send(
          Calls.putConfig(
              Config.newBuilder()
                  .setKind(ConfigKind.CONFIG)
                  .setNamespace("default")
                  .setName("c-" + i % 1_000)
                  .putData("text", text + i)
                  .build()));
    }
  }

  private static void awaitVotes(RegrowClient client) {
    Await.until(
        "three votes again",
        SETTLED_WITHIN,
        () -> servers(client),
        servers ->
            servers.size() == 3
                && servers.stream().allMatch(one -> one.getVoter() && one.getReachable()));
  }

  private static List<StoreServer> servers(RegrowClient client) {
    try {
      return client.send(Calls.cluster()).getStore().getServersList();
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut notYet) {
      return List.of();
    }
  }
}
