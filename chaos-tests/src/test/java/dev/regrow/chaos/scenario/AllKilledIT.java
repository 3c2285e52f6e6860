package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.history.Durability;
import dev.regrow.chaos.history.Linearizability;
import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** All nodes are killed at once under load: they are one cluster again, and nothing was lost. */
@RealNodes
class AllKilledIT {

  private static final int SIZE = 3;
  private static final String STEADY = "steady";
  private static final int STEADY_COUNT = 6;
  private static final int KEYS = 4;
  private static final long STEPS_MAX = 3_000_000;
  private static final int LOAD_MILLIS_MIN = 1000;
  private static final int LOAD_MILLIS_MAX = 4000;
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  /** Asserted only in the full form, on a machine that does nothing else. */
  private static final Duration SERVING_WITHIN = Duration.ofSeconds(10);

  private final Random random = new Random(Effort.seed("all killed"));

  @Test
  void all_nodes_killed_at_once_under_load_go_on_as_one_cluster_with_all_that_was_acknowledged() {
    try (Lab lab = Lab.open(RealNodes.Here.home())) {
      Machine founder = Formation.form(lab, SIZE).get(0);
      try (var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
        var observed = new Observed(client);
        client.send(Calls.apply(Programs.complete(Programs.sleeper(STEADY, STEADY_COUNT))));
        var before = observed.awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
        String cluster = client.send(Calls.cluster()).getId();
        Map<String, String> untouched = Observed.identities(before);

        for (int round = 0; round < Effort.of("rounds", 1, 10); round++) {
          int number = round;
          var keys = IntStream.range(0, KEYS).mapToObj(i -> "k%d-%d".formatted(number, i)).toList();
          killAllUnderLoad(lab, founder, client, keys);

          assertThat(client.send(Calls.cluster()).getId()).isEqualTo(cluster);
          var after = observed.awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
          assertThat(Observed.identities(after)).isEqualTo(untouched);
        }
      }
    }
  }

  private void killAllUnderLoad(Lab lab, Machine founder, RegrowClient client, List<String> keys) {
    try (var load = RegisterLoad.start(founder, lab.machines(), keys, random)) {
      // The load is the point; when in it they are killed is drawn.
      LockSupport.parkNanos(
          TimeUnit.MILLISECONDS.toNanos(random.nextInt(LOAD_MILLIS_MIN, LOAD_MILLIS_MAX)));
      lab.machines().parallelStream().forEach(machine -> machine.jvm().kill9());
      List<Operation> history = load.stop();
      long started = System.nanoTime();
      long formed = formed(lab);
      lab.machines().forEach(machine -> machine.jvm().launch());
      Await.until("a change to be taken", SETTLED_WITHIN, () -> takesChange(client, started));
      var serving = Duration.ofNanos(System.nanoTime() - started);
      for (Machine machine : lab.machines()) {
        machine.jvm().awaitReady();
        try (var asked = LabClient.of(founder, machine, SHORT)) {
          Formation.awaitReady(asked, SIZE);
        }
      }

      var last = load.last(client);
      System.out.printf(
          "%d operations, all killed, serving after %d ms%n", history.size(), serving.toMillis());
      assertThat(history).as("the load was one").anyMatch(AllKilledIT::isAcknowledgedChange);
      assertThat(formed(lab) - formed).as("clusters that were formed anew").isEqualTo(1);
      assertThat(Durability.faults(history, last)).isEmpty();
      assertThat(Linearizability.faults(load.history(), STEPS_MAX)).isEmpty();
      if (Effort.isFull()) {
        assertThat(serving).isLessThanOrEqualTo(SERVING_WITHIN);
      }
    }
  }

  /** How many clusters the nodes say to have formed so far. */
  private static long formed(Lab lab) {
    return lab.machines().stream()
        .mapToLong(machine -> machine.jvm().outputLines("forming the cluster: ").size())
        .sum();
  }

  private static boolean isAcknowledgedChange(Operation operation) {
    return operation.outcome() == Operation.Outcome.OK
        && !(operation.action() instanceof Operation.Read);
  }

  private static boolean takesChange(RegrowClient client, long mark) {
    try {
      client.send(
          Calls.apply(
              Programs.complete(
                  Programs.sleeper(STEADY, STEADY_COUNT).putLabels("t", "t" + mark))));
      return true;
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut notYet) {
      return false;
    }
  }
}
