package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.placement.Candidate;
import dev.regrow.v1.DisconnectPolicy;
import dev.regrow.v1.UpdatePolicy;
import dev.regrow.v1.Workload;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Never two live processes in a slot of an exclusive workload, whatever happens; and never none for
 * long.
 */
class ExclusivityTest {

  private static Workload.Builder exclusive(Workload.Builder declared) {
    return declared
        .setExclusive(true)
        .setUpdate(UpdatePolicy.newBuilder().setProgressDeadline(3_600_000).setAutoRevert(true));
  }

  private static Simulation running(long seed, int nodes, int replicas) {
    var sim = new Simulation(seed, nodes, 100L << 30);
    for (var node : sim.nodes) {
      node.slowness = 1 + (sim.random.nextInt(101) - 50) / 10_000.0;
    }
    sim.leases.late = false; // Else one may be starting again just when it is counted.
    sim.ask(Simulation.apply("v0", replicas, ExclusivityTest::exclusive));
    sim.pass(20_000);
    assertThat(processes(sim)).isEqualTo(replicas);
    sim.leases.late = true;
    return sim;
  }

  private static int processes(Simulation sim) {
    int all = 0;
    for (var node : sim.nodes) {
      for (int slot = 0; slot < 10; slot++) {
        all += node.processesIn(slot);
      }
    }
    return all;
  }

  private static void lose(Simulation sim, SimulatedNode node) {
    node.access = Candidate.Access.DOWN;
    sim.tellEntities(new Input.NodeLost(node.ref.uid()));
  }

  private static void giveBack(Simulation sim, SimulatedNode node) {
    node.cut = false;
    node.access = Candidate.Access.OPEN;
    if (node.paused) {
      node.resume();
    }
    sim.tellEntities(new Input.NodeBack(node.ref.uid()));
  }

  @Test
  void what_ran_on_a_node_that_was_cut_off_runs_elsewhere_soon_after_its_lease() {
    var sim = running(11, 3, 3);
    var gone = sim.nodes.stream().filter(n -> !n.alive().isEmpty()).findFirst().orElseThrow();
    gone.cut = true;
    sim.pass(4_000);
    lose(sim, gone);

    sim.pass(LeaseTerms.holdMillis(LeaseTerms.LENGTH_MILLIS) + 4_000);

    gone.access = Candidate.Access.DOWN;
    assertThat(gone.processesIn(0) + gone.processesIn(1) + gone.processesIn(2)).isZero();
    assertThat(processes(sim)).isEqualTo(3);
    assertThat(sim.records().events()).isNotEmpty();
  }

  @Test
  void a_node_that_is_back_in_time_keeps_what_it_ran() {
    var sim = running(12, 2, 2);
    var before = sim.records().assignments().keySet();
    var node = sim.nodes.get(0);

    node.paused = true;
    sim.pass(4_000);
    node.resume();
    sim.pass(10_000);

    assertThat(sim.records().assignments().keySet()).isEqualTo(before);
    assertThat(processes(sim)).isEqualTo(2);
  }

  /** Each start is looked at by the simulation. */
  @Property(tries = 100)
  void nor_when_it_was_started_with_another_lease_than_exclusive_ones_have(
      @ForAll long seed, @ForAll boolean written) throws InvalidProtocolBufferException {
    var sim = new Simulation(seed, 3, 100L << 30);
    int stopAfter = 10_000 + sim.random.nextInt(60_000);
    sim.nodes.forEach(node -> node.slowness = 1 + (sim.random.nextInt(101) - 50) / 10_000.0);
    sim.ask(Simulation.apply("v0", 1, declared -> stoppedAfter(declared, stopAfter)));
    sim.pass(20_000);
    if (!written) {
      sim.forgetLeases();
      sim.pass(20_000);
    }
    assertThat(sim.records().assignments()).hasSize(1);
    var home = sim.nodes.stream().filter(n -> !n.alive().isEmpty()).findFirst().orElseThrow();

    sim.ask(Simulation.apply("v0", 1, ExclusivityTest::exclusive));
    sim.pass(10 + sim.random.nextInt(2_000));
    home.cut = true;
    home.paused = sim.random.nextBoolean();
    sim.pass(sim.random.nextInt(4_000));
    lose(sim, home);
    sim.pass(LeaseTerms.holdMillis(stopAfter) + 5_000);
    sim.leases.late = false; // Else it may be starting again just when it is counted.
    sim.pass(20_000);

    assertThat(home.processesIn(0)).isZero();
    assertThat(processes(sim)).isEqualTo(1);
  }

  private static Workload.Builder stoppedAfter(Workload.Builder declared, long millis) {
    return declared
        .setDisconnect(DisconnectPolicy.newBuilder().setStopAfter(millis))
        .setUpdate(UpdatePolicy.newBuilder().setUnavailable(1));
  }

  @Property(tries = 150)
  void no_slot_ever_has_two_live_processes(@ForAll long seed) {
    var sim = running(seed, 3, 1 + new java.util.Random(seed).nextInt(3));
    if (sim.random.nextBoolean()) {
      sim.haveTwin();
    }
    sim.loss = sim.random.nextBoolean() ? 0.15 : 0;

    for (int change = 0; change < 40; change++) {
      disturb(sim, change);
      sim.pass(sim.random.nextInt(5_000));
    }

    sim.loss = 0;
    sim.leases.late = false; // Else one may be starting again just when it is counted.
    sim.nodes.forEach(node -> giveBack(sim, node));
    int replicas = 1 + sim.random.nextInt(3);
    sim.ask(Simulation.apply("last", replicas, ExclusivityTest::exclusive));
    for (int round = 0; round < 40; round++) {
      sim.pass(10_000);
      sim.wake();
    }
    assertThat(processes(sim))
        .as("%s %s", sim.status(), sim.records().assignments())
        .isEqualTo(replicas);
  }

  private static void disturb(Simulation sim, int change) {
    var node = sim.nodes.get(sim.random.nextInt(sim.nodes.size()));
    switch (sim.random.nextInt(12)) {
      case 0, 1 -> node.cut = true;
      case 2 -> node.paused = true;
      case 3, 4 -> {
        if (node.cut || node.paused || sim.random.nextInt(4) == 0) {
          lose(sim, node); // Those who declare it may also be wrong.
        }
      }
      case 5, 6 -> giveBack(sim, node);
      case 7 -> sim.leases.changeLeader();
      case 8 -> node.crashOne();
      case 9 -> sim.ask(new Ask.Restart());
      case 10 ->
          sim.ask(
              Simulation.apply(
                  "v" + change, 1 + sim.random.nextInt(3), ExclusivityTest::exclusive));
      default -> {
        if (node.paused) {
          node.resume();
        }
      }
    }
  }
}
