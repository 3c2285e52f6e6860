package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Assignment.Lease;
import dev.regrow.core.model.InstanceId;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * The store's leaders and their memory of leases, with everything that may go wrong: leaders that
 * change, pause between the majority's word and their own, replicas that are behind.
 */
final class SimulatedLeases {

  private final Simulation simulation;

  /** The assignments by the index from which they were so. */
  private final TreeMap<Long, SortedMap<InstanceId, Assignment>> history = new TreeMap<>();

  private Leader leader = new Leader(0);

  /** What is said of leases mostly comes soon; whether it is very late now and then. */
  boolean late = true;

  /** One leader's memory, from its election on. */
  private static final class Leader {
    final long elected;
    final Map<String, Long> renewed = new HashMap<>();

    Leader(long elected) {
      this.elected = elected;
    }

    long age(String node, long now) {
      return now - Math.max(elected, renewed.getOrDefault(node, elected));
    }
  }

  SimulatedLeases(Simulation simulation) {
    this.simulation = simulation;
    history.put(0L, new TreeMap<>());
  }

  private long now() {
    return simulation.now().bootMillis();
  }

  private long delay() {
    boolean longer = simulation.random.nextInt(20) == 0 && late;
    return simulation.random.nextInt(longer ? 6_000 : 30);
  }

  void stored() {
    history.put(simulation.store.appliedIndex(), new TreeMap<>(simulation.records().assignments()));
  }

  /** Another server leads; the one before may not have noticed. */
  void changeLeader() {
    leader = new Leader(now());
  }

  void askAge(String node, LongConsumer answer) {
    var asked = leader;
    simulation.after(
        delay(),
        () -> {
          if (asked == leader) {
            long age = asked.age(node, now());
            simulation.after(delay(), () -> answer.accept(age));
          }
        });
  }

  void renew(SimulatedNode node) {
    long sent = now();
    if (node.cut) {
      return;
    }
    var asked = leader;
    simulation.after(
        delay(),
        () -> {
          if (asked != leader) {
            return; // A majority does not say that it leads.
          }
          long confirmed = simulation.store.appliedIndex();
          simulation.after(delay(), () -> answer(node, asked, sent, confirmed));
        });
  }

  private void answer(SimulatedNode node, Leader by, long sent, long confirmed) {
    by.renewed.put(node.ref.uid(), now());
    // One that leads no more does not learn what others write.
    long index = by == leader ? simulation.store.appliedIndex() : confirmed;
    simulation.after(
        delay(),
        () -> {
          long newest = simulation.store.appliedIndex();
          long at = index + (long) (simulation.random.nextDouble() * (newest - index + 1));
          var then = history.floorEntry(Math.min(at, newest));
          if (then == null) {
            throw new IllegalStateException("nothing is known of index " + at);
          }
          var covered = covered(node, then.getValue());
          simulation.after(delay(), () -> node.reach(() -> node.granted(sent, covered)));
        });
  }

  private static Map<Target, Boolean> covered(
      SimulatedNode node, SortedMap<InstanceId, Assignment> assignments) {
    var covered = new HashMap<Target, Boolean>();
    assignments.values().stream()
        .filter(a -> a.node().equals(node.ref) && a.lease() == Lease.HELD)
        .forEach(a -> covered.put(Target.of(a, "uid-1"), !a.stopping()));
    return covered;
  }

  /** Asked whenever a process with a lease begins; only of exclusive ones it is promised. */
  void assertAlone(int slot) {
    var workload = simulation.records().workload();
    if (workload != null && !workload.policy().exclusive()) {
      return;
    }
    int alive = simulation.nodes.stream().mapToInt(node -> node.processesIn(slot)).sum();
    assertThat(alive)
        .as("processes in slot %d at %d: %s", slot, now(), simulation.records().assignments())
        .isLessThanOrEqualTo(1);
  }
}
