package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.history.Durability;
import dev.regrow.chaos.history.Linearizability;
import dev.regrow.chaos.lab.Cut;
import dev.regrow.chaos.lab.Cuts;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/**
 * Links are cut while clients write through every node: the side with a majority goes on, the other
 * acknowledges nothing, nothing that was acknowledged is lost, and no exclusive process ever meets
 * another of its slot.
 */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionIT {

  private static final int SIZE = Effort.of("machines", 3, 5);
  private static final int MINORITY = (SIZE - 1) / 2;
  private static final String STEADY = "steady";
  private static final int STEADY_COUNT = 6;
  private static final int KEYS = SIZE + 1;
  private static final long STEPS_MAX = 3_000_000;
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  /** Asserted only in the full form, on a machine that does nothing else. */
  private static final Duration CONVERGED_WITHIN = Duration.ofSeconds(15);

  /** Of how long links are cut: from a blink to long after everybody has noticed. */
  private static final int CUT_MILLIS_MAX = Effort.of("cut-millis", 8_000, 15_000);

  /** Which side goes on: until then two may, if a third that both hear leads the store. */
  private static final Duration DECIDED_WITHIN = Duration.ofSeconds(8);

  /** The majority must take so many changes before links are healed. */
  private static final int TAKEN = 20;

  private final long seed = Effort.seed("partition");
  private final Lab lab = Lab.open(RealNodes.Here.home());
  private final Locked locked = new Locked("only", SIZE, lab.folder().resolve("locks"));
  private Random random = new Random();
  private Machine founder;
  private int partitions;

  /** The kind of cut that the reduced form tries beside that of the leader. */
  private final int drawnKind = Effort.random(seed, "kind").nextInt(4);

  @BeforeAll
  void form() {
    founder =
        Formation.form(lab, SIZE, "--host-paths", lab.folder().resolve("locks").toString()).get(0);
    try (var client = LabClient.of(founder)) {
      client.send(Calls.apply(Programs.complete(Programs.sleeper(STEADY, STEADY_COUNT))));
      client.send(Calls.putNamespace(Locked.namespace()));
      client.send(Calls.apply(Programs.complete(locked.workload())));
      new Observed(client).awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
      new Observed(client).awaitReady("only", SIZE, SETTLED_WITHIN, each -> true);
    }
  }

  @AfterAll
  void leave() {
    lab.close();
  }

  @BeforeEach
  void draw(TestInfo test) {
    random = Effort.random(seed, test.getDisplayName());
  }

  private void inReducedFormOnlyIfDrawn(int kind) {
    assumeTrue(Effort.isFull() || kind == drawnKind, "not drawn by this seed");
  }

  @Test
  void a_node_that_does_not_lead_is_cut_off() {
    inReducedFormOnlyIfDrawn(0);
    cutOff("cut off", some(without(List.of(leader())), 1));
  }

  @Test
  void a_minority_is_cut_off_together() {
    assumeTrue(MINORITY > 1, "of three machines, one is all of a minority");
    cutOff("cut off together", some(without(List.of(leader())), MINORITY));
  }

  @Test
  void the_leader_is_cut_off_from_the_majority() {
    var minority = new ArrayList<>(List.of(leader()));
    minority.addAll(some(without(minority), MINORITY - 1));
    cutOff("cut off with the leader", minority);
  }

  private void cutOff(String what, List<String> minority) {
    var sides = List.of(minority, without(minority));
    partition(what + ": " + minority, Cuts.apart(minority, lab.names()), minority, sides);
  }

  @Test
  void one_machine_is_a_bridge_between_two_sides_that_do_not_hear_each_other() {
    inReducedFormOnlyIfDrawn(1);
    var bridge = some(lab.names(), 1);
    var ends = some(without(bridge), SIZE - 1);

    var sides = List.of(ends.subList(0, MINORITY), ends.subList(MINORITY, SIZE - 1));
    partition(
        "bridge: %s between %s".formatted(bridge, sides),
        Cuts.between(sides.get(0), sides.get(1)),
        List.of(),
        sides);
  }

  @Test
  void a_machine_hears_others_that_do_not_hear_it() {
    inReducedFormOnlyIfDrawn(2);
    var mute = some(lab.names(), 1);

    var sides = List.of(mute, without(mute));
    partition("mute: " + mute, Cuts.oneWay(mute, without(mute)), mute, sides);
  }

  @Test
  void a_machine_is_heard_by_others_that_it_does_not_hear() {
    inReducedFormOnlyIfDrawn(3);
    var deaf = some(lab.names(), 1);

    var sides = List.of(deaf, without(deaf));
    partition("deaf: " + deaf, Cuts.oneWay(without(deaf), deaf), deaf, sides);
  }

  /**
   * @param minority must acknowledge nothing that was sent to it after the cut
   * @param sides that do not hear each other: one of them goes on
   */
  private void partition(
      String what, Collection<Cut> cuts, List<String> minority, List<List<String>> sides) {
    var majority = lab.machines().stream().filter(m -> !minority.contains(m.name())).toList();
    // New ones each time: a register is absent at first.
    var keys = IntStream.range(0, KEYS).mapToObj(i -> "k%d-%d".formatted(partitions, i)).toList();
    partitions++;
    try (var load = RegisterLoad.start(founder, lab.machines(), keys, random);
        var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
      long began = System.nanoTime();
      Await.until(
          "load before the cut",
          SETTLED_WITHIN,
          () -> taken(load, lab.machines(), began),
          n -> n > TAKEN);

      lab.cut(cuts);
      long cut = System.nanoTime();
      Await.until(
          "changes by the majority: " + what,
          SETTLED_WITHIN,
          () -> taken(load, majority, cut),
          n -> n > TAKEN);
      long goesOn = System.nanoTime() - cut;
      long lasts = TimeUnit.MILLISECONDS.toNanos(random.nextInt(CUT_MILLIS_MAX));
      LockSupport.parkNanos(Math.max(0, lasts - goesOn));
      long byMinority =
          minority.stream().mapToLong(name -> load.acknowledged(name, cut, Long.MAX_VALUE)).sum();
      long settled = cut + DECIDED_WITHIN.toNanos();
      var going = sides.stream().filter(side -> takes(load, side, settled)).toList();
      lab.healAll();
      long healed = System.nanoTime();
      awaitOneCluster();
      long joined = System.nanoTime() - healed;
      awaitAllRun(client);
      long converged = System.nanoTime() - healed;

      var history = load.stop();
      var last = load.last(client);
      System.out.printf(
          "%s for %d ms: %d operations, %d changes went on after %d ms; after healing all were in"
              + " after %d ms, converged after %d ms%n",
          what,
          (healed - cut) / 1_000_000,
          history.size(),
          TAKEN,
          goesOn / 1_000_000,
          joined / 1_000_000,
          converged / 1_000_000);
      assertThat(locked.overlaps()).as("exclusive processes that met another").isEmpty();
      assertThat(byMinority).as("acknowledged on the minority").isZero();
      assertThat(going).as("sides that go on").hasSizeLessThanOrEqualTo(1);
      assertThat(Durability.faults(history, last)).isEmpty();
      assertThat(Linearizability.faults(load.history(), STEPS_MAX)).isEmpty();
      if (Effort.isFull()) {
        assertThat(Duration.ofNanos(converged)).isLessThanOrEqualTo(CONVERGED_WITHIN);
      }
    } finally {
      lab.healAll();
    }
  }

  /** Whether it acknowledges what is sent to it from then on. */
  private static boolean takes(RegisterLoad load, List<String> side, long since) {
    return side.stream().anyMatch(name -> load.acknowledged(name, since, Long.MAX_VALUE) > 0);
  }

  private static long taken(RegisterLoad load, List<Machine> by, long since) {
    return by.stream().mapToLong(m -> load.acknowledged(m.name(), since, Long.MAX_VALUE)).sum();
  }

  /** All nodes are ready in the eyes of each. */
  private void awaitOneCluster() {
    try {
      for (Machine machine : lab.machines()) {
        machine.jvm().awaitReady();
        try (var client = LabClient.of(founder, machine, SHORT)) {
          Formation.awaitReady(client, SIZE);
        }
      }
    } catch (AssertionError late) {
      lab.machines().forEach(each -> System.out.println(each + "\n" + each.jvm().outputTail()));
      throw late;
    }
  }

  /** All instances run, none of them twice. */
  private void awaitAllRun(RegrowClient any) {
    new Observed(any).awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
    new Observed(any).awaitReady("only", SIZE, SETTLED_WITHIN, each -> true);
  }

  private String leader() {
    try (var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
      return Await.until("a leader", SETTLED_WITHIN, () -> leader(client), name -> !name.isEmpty());
    }
  }

  /** "" while nobody answers. */
  private static String leader(RegrowClient client) {
    try {
      return client.send(Calls.cluster()).getLeader();
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return "";
    }
  }

  private List<String> without(List<String> some) {
    return lab.names().stream().filter(name -> !some.contains(name)).toList();
  }

  private List<String> some(List<String> names, int count) {
    var shuffled = new ArrayList<>(names);
    Collections.shuffle(shuffled, random);
    return List.copyOf(shuffled.subList(0, count));
  }
}
