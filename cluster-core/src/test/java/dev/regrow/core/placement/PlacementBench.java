package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Constraints.Policy;
import dev.regrow.core.model.Constraints.Preference;
import dev.regrow.core.model.Constraints.Rule;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.placement.Candidate.Access;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many instances per second does one thread place on 5,000 nodes, reasons included, when what
 * it knows of them is old?
 *
 * <p>Four servers place workloads of ten in turn, each with a view of its own that learns what the
 * others did only every {@value #STALE} placements; the nodes are the authority, and what one
 * refuses is placed again. Of ten workloads, seven go anywhere, one needs a label, one prefers one
 * and is spread over zones, one is packed. It ends when three quarters of everything is given away.
 * Arguments: the number of nodes; nothing: 5,000.
 */
public final class PlacementBench {

  private static final int SERVERS = 4;
  private static final int STALE = 20_000;
  private static final int REPLICAS = 10;
  private static final int PER_NODE = 40;
  private static final Demand DEMAND = new Demand(100, 128L << 20, 64);

  private final Candidate[] truth;
  private final Fleet[] views = new Fleet[SERVERS];
  private long refused;
  private long placed;

  private PlacementBench(int nodes) {
    truth = new Candidate[nodes];
    for (int i = 0; i < nodes; i++) {
      var labels = Map.of("zone", "z" + i % 3, "disk", i % 10 == 0 ? "ssd" : "hdd");
      truth[i] =
          new Candidate(
              new NodeRef("uid-%06d".formatted(i), "n" + i),
              Access.OPEN,
              labels,
              new Demand(100L * PER_NODE, 16L << 30, 32_768),
              Demand.NONE);
    }
    refresh();
  }

  public static void main(String[] args) {
    int nodes = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
    run(nodes); // So that what is measured is compiled.
    System.out.println(run(nodes));
  }

  private static String run(int nodes) {
    var bench = new PlacementBench(nodes);
    long wanted = (long) nodes * PER_NODE * 3 / 4;
    var thread = ManagementFactory.getThreadMXBean();
    long begun = System.nanoTime();
    long cpuBegun = thread.getCurrentThreadCpuTime();
    for (int workload = 0; bench.placed < wanted; workload++) {
      bench.place(workload);
    }
    double cpuSeconds = (thread.getCurrentThreadCpuTime() - cpuBegun) / 1e9;
    double seconds = (System.nanoTime() - begun) / 1e9;
    var format =
        "{\"nodes\":%d,\"placements\":%d,\"seconds\":%.2f,\"cpuSeconds\":%.2f,"
            + "\"placementsPerSecond\":%d,\"placementsPerCpuSecond\":%d,\"refused\":%d}";
    return format.formatted(
        nodes,
        bench.placed,
        seconds,
        cpuSeconds,
        Math.round(bench.placed / seconds),
        Math.round(bench.placed / cpuSeconds),
        bench.refused);
  }

  private void refresh() {
    for (int server = 0; server < SERVERS; server++) {
      views[server] = server == 0 ? Fleet.of(List.of(truth)) : views[0].changed(truth);
    }
  }

  private void place(int workload) {
    int server = workload % SERVERS;
    var where = constraints(workload % 10);
    var siblings = new Siblings(views[server], where);
    for (int replica = 0; replica < REPLICAS; replica++) {
      var avoided = new HashMap<String, String>();
      for (int attempt = 0; attempt < 20; attempt++) {
        long seed = (long) workload * 1_000 + replica * 20L + attempt;
        var request = new Placement.Request(DEMAND, where, siblings, avoided, seed);
        if (!(Placement.place(request, views[server]) instanceof Placed.On on)) {
          return;
        }
        views[server] = views[server].debited(on.node().uid(), DEMAND);
        if (admitted(on.node())) {
          siblings.add(on.node().uid(), true);
          break;
        }
        avoided.put(on.node().uid(), "cpu is short");
        refused++;
      }
    }
  }

  private boolean admitted(NodeRef node) {
    int index = Integer.parseInt(node.name().substring(1));
    if (!truth[index].hasRoomFor(DEMAND)) {
      return false;
    }
    truth[index] = truth[index].debited(DEMAND);
    if (++placed % STALE == 0) {
      refresh();
    }
    return true;
  }

  private static Constraints constraints(int kind) {
    var some = new ArrayList<Rule>();
    if (kind == 7) {
      some.add(new Rule("disk", List.of("ssd")));
    }
    if (kind == 8) {
      var wish = new Preference(new Rule("disk", List.of("ssd")), 10);
      return new Constraints(
          List.of(), List.of(wish), List.of("zone", Constraints.NODE), Policy.SPREAD);
    }
    return kind == 9
        ? new Constraints(List.of(), List.of(), List.of(), Policy.PACK)
        : new Constraints(some, List.of(), List.of(Constraints.NODE), Policy.SPREAD);
  }
}
