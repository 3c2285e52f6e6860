package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.DisconnectPolicy;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/**
 * The JVM of a node hangs, crashes or is restarted while its machine and what it runs live on: what
 * nobody can vouch for any more is replaced, never twice at once where that is promised, and who is
 * back in time goes on with what it left.
 */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentsIT {

  private static final int SIZE = 3;
  private static final String STEADY = "steady";
  private static final String PATIENT = "patient";
  private static final String ONLY = "only";
  private static final int COUNT = 6;
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);

  /** Asserted only in the full form, on a machine that does nothing else. */
  private static final Duration REPLACED_WITHIN = Duration.ofSeconds(12);

  private static final int HANGS_MILLIS_MAX = 15_000;

  /** Of the last node's clock, in 1/1000: a whole per cent slow. */
  private static final int SLOWNESS = 9;

  private final long seed = Effort.seed("agents");
  private final Lab lab = Lab.open(RealNodes.Here.home());
  private final Locked locked = new Locked(ONLY, SIZE, lab.folder().resolve("locks"));
  private final int drawn = Effort.random(seed, "kind").nextInt(2);
  private Random random = new Random();
  private Machine founder;

  @BeforeAll
  void form() {
    var locks = lab.folder().resolve("locks").toString();
    founder =
        Formation.form(
                lab,
                SIZE,
                machine -> {
                  machine.jvm().with("--host-paths", locks);
                  if (machine.name().equals("n" + SIZE)) {
                    machine
                        .jvm()
                        .withVariable(
                            "JAVA_TOOL_OPTIONS", "-Dregrow.test.clock-slowness=" + SLOWNESS);
                  }
                })
            .get(0);
    try (var client = LabClient.of(founder)) {
      client.send(Calls.apply(Programs.complete(Programs.sleeper(STEADY, COUNT))));
      client.send(Calls.apply(Programs.complete(patient())));
      client.send(Calls.putNamespace(Locked.namespace()));
      client.send(Calls.apply(Programs.complete(locked.workload())));
      awaitAllReady(client);
    }
  }

  private static Workload.Builder patient() {
    return Programs.sleeper(PATIENT, COUNT)
        .setDisconnect(DisconnectPolicy.newBuilder().setLostAfter(30_000));
  }

  @AfterAll
  void leave() {
    lab.close();
  }

  private static List<Instance> awaitAllReady(RegrowClient client) {
    var observed = new Observed(client);
    observed.awaitReady(STEADY, COUNT, SETTLED_WITHIN, each -> true);
    observed.awaitReady(PATIENT, COUNT, SETTLED_WITHIN, each -> true);
    return observed.awaitReady(ONLY, SIZE, SETTLED_WITHIN, each -> true);
  }

  @BeforeEach
  void draw(TestInfo test) {
    random = Effort.random(seed, test.getDisplayName());
  }

  private Machine someMachine() {
    return lab.machines().get(random.nextInt(SIZE));
  }

  /** Mostly the store's leader, which may not know that it is none any more when it goes on. */
  private Machine dubious() {
    try (var client = LabClient.of(founder)) {
      var leader = client.send(Calls.cluster()).getLeader();
      return switch (random.nextInt(4)) {
        case 0 -> lab.machines().get(SIZE - 1); // A slow clock makes the longest leases.
        case 1 -> someMachine();
        default -> lab.machineCalled(leader);
      };
    }
  }

  private RegrowClient clientBeside(Machine victim) {
    var others = lab.machines().stream().filter(machine -> machine != victim).toList();
    return LabClient.ofAny(founder, others, SHORT);
  }

  @Test
  void what_a_hung_agent_holds_is_replaced_and_given_back_when_it_goes_on() {
    var victim = dubious();
    try (var client = clientBeside(victim)) {
      var held = awaitAllReady(client).stream().filter(one -> isOn(one, victim)).toList();
      var processes = held.stream().map(one -> Proc.identity(one.getPid()).orElseThrow()).toList();
      long hung = System.nanoTime();
      victim.pause();
      var observed = new Observed(client);
      observed.awaitReady(STEADY, COUNT, SETTLED_WITHIN, one -> !isOn(one, victim));
      long shared = System.nanoTime() - hung;
      observed.awaitReady(ONLY, SIZE, SETTLED_WITHIN, one -> !isOn(one, victim));
      long exclusive = System.nanoTime() - hung;

      victim.resume();

      Formation.awaitReady(client, SIZE);
      awaitAllReady(client);
      var gone =
          Await.until(
              "the former exclusive processes on " + victim + " to be gone",
              SETTLED_WITHIN,
              () -> processes.stream().filter(Proc::alive).toList(),
              List::isEmpty);
      System.out.printf(
          "%s hung: replaced after %d ms, exclusive ones after %d ms%n",
          victim, shared / 1_000_000, exclusive / 1_000_000);
      assertThat(gone).isEmpty();
      assertThat(locked.overlaps()).as("exclusive processes that met another").isEmpty();
      if (Effort.isFull()) {
        assertThat(Duration.ofNanos(shared)).isLessThanOrEqualTo(REPLACED_WITHIN);
        assertThat(Duration.ofNanos(exclusive)).isLessThanOrEqualTo(REPLACED_WITHIN);
      }
    } finally {
      victim.resume();
    }
  }

  @Test
  void exclusive_processes_never_meet_however_long_agents_hang() {
    assumeTrue(Effort.isFull(), "only in the full form");
    try (var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
      for (int round = 0; round < Effort.of("hangs", 0, 6); round++) {
        var victim = dubious();
        var lasts = Duration.ofMillis(random.nextInt(HANGS_MILLIS_MAX));
        victim.pause();
        try {
          // From a blink to long after its leases have passed.
          LockSupport.parkNanos(lasts.toNanos());
        } finally {
          victim.resume();
        }
        Formation.awaitReady(client, SIZE);
        awaitAllReady(client);
        System.out.printf("%s hung for %d ms%n", victim, lasts.toMillis());
        assertThat(locked.overlaps()).isEmpty();
      }
    }
  }

  private static boolean isOn(Instance instance, Machine machine) {
    return instance.getNode().equals(machine.name());
  }

  @Test
  void an_agent_that_crashed_and_is_back_before_it_counts_as_lost_finds_all_as_it_was() {
    inReducedFormOnlyIfDrawn(0);
    var victim = someMachine();
    try (var client = clientBeside(victim)) {
      awaitAllReady(client);
      var before = Observed.identities(new Observed(client).instances(PATIENT));

      victim.jvm().kill9();
      Await.until(
          victim + " to count as down",
          SETTLED_WITHIN,
          () -> phaseOf(victim, client),
          phase -> phase == NodePhase.NODE_DOWN);
      victim.jvm().start();

      Formation.awaitReady(client, SIZE);
      awaitAllReady(client);
      assertThat(Observed.identities(new Observed(client).instances(PATIENT))).isEqualTo(before);
      assertThat(locked.overlaps()).isEmpty();
    }
  }

  private static NodePhase phaseOf(Machine machine, RegrowClient client) {
    try {
      return client.send(Calls.nodes()).getItemsList().stream()
          .filter(node -> node.getName().equals(machine.name()))
          .map(Node::getPhase)
          .findFirst()
          .orElse(NodePhase.UNRECOGNIZED);
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return NodePhase.UNRECOGNIZED;
    }
  }

  @Test
  void an_agent_that_is_restarted_finds_all_as_it_was() {
    inReducedFormOnlyIfDrawn(1);
    var victim = someMachine();
    try (var client = clientBeside(victim)) {
      awaitAllReady(client);
      var observed = new Observed(client);
      var steady = Observed.identities(observed.instances(STEADY));
      var patient = Observed.identities(observed.instances(PATIENT));
      int starts = locked.starts();

      victim.jvm().term();
      victim.jvm().start();

      Formation.awaitReady(client, SIZE);
      awaitAllReady(client);
      System.out.printf(
          "%s restarted: %d exclusive processes began anew%n", victim, locked.starts() - starts);
      assertThat(Observed.identities(observed.instances(STEADY))).isEqualTo(steady);
      assertThat(Observed.identities(observed.instances(PATIENT))).isEqualTo(patient);
      assertThat(locked.overlaps()).isEmpty();
    }
  }

  private void inReducedFormOnlyIfDrawn(int kind) {
    assumeTrue(Effort.isFull() || kind == drawn, "not drawn by this seed");
  }
}
