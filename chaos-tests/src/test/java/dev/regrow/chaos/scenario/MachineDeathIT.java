package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.history.HealTimes;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine dies with all that ran on it: what was declared holds, and nothing else is touched. */
@RealNodes
class MachineDeathIT {

  private static final String WEB = "web";
  private static final List<String> OTHERS = List.of("o1", "o2", "o3", "o4", "o5", "o6");
  private static final int ON_EACH = 10;
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(1);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  /** Asserted only in the full form, on a machine that does nothing else. */
  private static final Duration HEALED_WITHIN = Duration.ofSeconds(5);

  private static final Duration HEALED_WITHIN_MEDIAN = Duration.ofMillis(3500);

  private final Random random = new Random(Effort.seed("machine death"));
  private final HealTimes heals = new HealTimes();
  private final HealTimes answers = new HealTimes();

  @ParameterizedTest
  @ValueSource(ints = {3, 5})
  void what_ran_on_a_dead_machine_runs_elsewhere_and_the_rest_is_untouched(int size) {
    assumeTrue(Effort.of("machines", 3, size) == size, "five only in the full form");
    try (Lab lab = Lab.open(RealNodes.Here.home())) {
      Machine founder = Formation.form(lab, size).get(0);
      try (var client = LabClient.of(founder)) {
        client.send(Calls.apply(Programs.complete(Programs.sleeper(WEB, size * ON_EACH))));
        // Those that live on the dead machine are to answer, too.
        for (var other : OTHERS) {
          client.send(Calls.apply(Programs.complete(Programs.sleeper(other, 0))));
        }
        new Observed(client).awaitReady(WEB, size * ON_EACH, SETTLED_WITHIN, each -> true);
      }
      int rounds = Effort.of("rounds", 2, 15);
      for (int round = 0; round < rounds; round++) {
        Machine dead = killOne(lab, founder, size, round % 2 == 0);
        if (round + 1 < rounds) {
          revive(lab, dead, founder, size);
        }
      }
    } finally {
      System.out.println(size + " machines, one died, replaced elsewhere: " + heals);
      System.out.println("changes of all workloads taken again: " + answers);
    }
    if (Effort.isFull()) {
      assertThat(heals.max()).isLessThanOrEqualTo(HEALED_WITHIN);
      assertThat(answers.max()).isLessThanOrEqualTo(HEALED_WITHIN);
      assertThat(heals.median()).isLessThanOrEqualTo(HEALED_WITHIN_MEDIAN);
    }
  }

  /** Every other one to die is the leader, if so many instances run there. */
  private Machine killOne(Lab lab, Machine founder, int size, boolean theLeader) {
    int all = size * ON_EACH;
    List<Machine> candidates;
    String leader;
    try (var client = LabClient.of(founder)) {
      Map<String, Long> load =
          new Observed(client)
              .awaitReady(WEB, all, SETTLED_WITHIN, each -> true).stream()
                  .collect(Collectors.groupingBy(Instance::getNode, Collectors.counting()));
      candidates =
          lab.machines().stream()
              .filter(machine -> load.getOrDefault(machine.name(), 0L) >= ON_EACH)
              .toList();
      leader = client.send(Calls.cluster()).getLeader();
    }
    Machine victim =
        candidates.stream()
            .filter(machine -> theLeader && machine.name().equals(leader))
            .findFirst()
            .orElseGet(() -> candidates.get(random.nextInt(candidates.size())));
    boolean silent = random.nextBoolean();
    var survivors = lab.machines().stream().filter(machine -> machine != victim).toList();
    try (var client = LabClient.ofAny(founder, survivors, ANSWERED_WITHIN)) {
      System.out.printf(
          "%s dies%s%s%n",
          victim, silent ? ", in silence" : "", victim.name().equals(leader) ? ", the leader" : "");
      dieAndHeal(lab, victim, silent, client, all);
    }
    return victim;
  }

  private static void revive(Lab lab, Machine dead, Machine founder, int size) {
    lab.powerOn(dead);
    dead.jvm().start();
    try (var client = LabClient.of(founder)) {
      Formation.awaitReady(client, size);
    }
  }

  private void dieAndHeal(Lab lab, Machine victim, boolean silent, RegrowClient client, int all) {
    var observed = new Observed(client);
    var others =
        observed.awaitReady(WEB, all, SETTLED_WITHIN, each -> true).stream()
            .filter(each -> !each.getNode().equals(victim.name()))
            .toList();
    var untouched = Observed.identities(others);

    long died = System.nanoTime();
    if (silent) {
      lab.powerOff(victim);
    } else {
      victim.die();
    }
    var answered = CompletableFuture.supplyAsync(() -> awaitAnswers(observed, all, died));
    var healed =
        observed.awaitReady(
            WEB, all, SETTLED_WITHIN, each -> !each.getNode().equals(victim.name()));
    heals.add(Duration.ofNanos(System.nanoTime() - died));
    answers.add(answered.join());

    System.out.printf(
        "  replaced after %d ms, changes taken after %d ms%n",
        heals.last().toMillis(), answers.last().toMillis());
    assertThat(Observed.identities(healed)).containsAllEntriesOf(untouched);
  }

  /** Until changes of all workloads were taken; how long after that. */
  private static Duration awaitAnswers(Observed observed, int all, long sinceNanos) {
    for (var other : OTHERS) {
      awaitTaken(observed, Programs.sleeper(other, 0).putLabels("t", "t" + sinceNanos));
    }
    awaitTaken(observed, Programs.sleeper(WEB, all).putLabels("t", "t" + sinceNanos));
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }

  private static void awaitTaken(Observed observed, Workload.Builder changed) {
    Await.until(
        "a change of " + changed.getName() + " to be taken",
        SETTLED_WITHIN,
        () -> observed.takesChange(changed));
  }
}
