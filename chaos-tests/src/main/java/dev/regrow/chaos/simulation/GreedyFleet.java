package dev.regrow.chaos.simulation;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.placement.Candidate;
import dev.regrow.core.placement.Candidate.Access;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one scheduler would do that knows everything at every moment and has no rivals: each
 * instance goes to the emptiest node that may have it and has none of its workload yet.
 */
final class GreedyFleet {

  private static final int ZONES = 3;

  private final Candidate[] fleet;
  private final double[] loads;
  private final TreeSet<Integer>[] emptiest;
  private final FleetQuality quality;

  /** All, those with an SSD, and those of each zone. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private GreedyFleet(FleetSimulation.Size size, Demand capacity) {
    fleet = new Candidate[size.nodes()];
    loads = new double[size.nodes()];
    quality = new FleetQuality(size.nodes());
    emptiest = new TreeSet[2 + ZONES];
    Comparator<Integer> byLoad =
        Comparator.<Integer>comparingDouble(node -> loads[node]).thenComparing(node -> node);
    for (int kind = 0; kind < emptiest.length; kind++) {
      emptiest[kind] = new TreeSet<>(byLoad);
    }
    for (int node = 0; node < fleet.length; node++) {
      var ref = new NodeRef("uid-" + node, "n" + node);
      fleet[node] = new Candidate(ref, Access.OPEN, Map.of(), capacity, Demand.NONE);
      add(node);
    }
  }

  private void add(int node) {
    emptiest[0].add(node);
    if (node % 10 < 3) {
      emptiest[1].add(node);
    }
    emptiest[2 + node % ZONES].add(node);
  }

  private void remove(int node) {
    for (var set : emptiest) {
      set.remove(node);
    }
  }

  static FleetQuality.Figures place(FleetSimulation.Size size, Demand capacity) {
    var greedy = new GreedyFleet(size, capacity);
    for (int workload = 0; workload < size.workloads(); workload++) {
      greedy.place(size, workload);
    }
    return greedy.quality.figures(greedy.fleet);
  }

  private void place(FleetSimulation.Size size, int workload) {
    var where = FleetSimulation.constraints(workload);
    var demand = FleetSimulation.demand(size.seed(), workload);
    var taken = new HashSet<Integer>();
    quality.begin(where);
    for (int replica = 0; replica < size.replicas(); replica++) {
      int node = choose(where, demand, taken, replica);
      if (node >= 0) {
        taken.add(node);
        remove(node);
        fleet[node] = fleet[node].debited(demand);
        loads[node] += (double) demand.cpuMillis() / fleet[node].capacity().cpuMillis();
        add(node);
        quality.placed(node);
      }
    }
    quality.end();
  }

  private int choose(Constraints where, Demand demand, Set<Integer> taken, int replica) {
    boolean zones = where.spread().contains("zone");
    int kind = zones ? 2 + replica % ZONES : where.require().isEmpty() ? 0 : 1;
    int crowded = -1;
    for (int node : emptiest[kind]) {
      if (FleetSimulation.fits(fleet[node].free(), demand)) {
        if (!taken.contains(node)) {
          return node;
        }
        crowded = crowded < 0 ? node : crowded;
      }
    }
    return crowded;
  }
}
