package dev.regrow.chaos.simulation;

import static java.util.Objects.requireNonNull;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Constraints.Policy;
import dev.regrow.core.model.Constraints.Preference;
import dev.regrow.core.model.Constraints.Rule;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.placement.Candidate;
import dev.regrow.core.placement.Candidate.Access;
import dev.regrow.core.placement.Fleet;
import dev.regrow.core.placement.Placed;
import dev.regrow.core.placement.Placement;
import dev.regrow.core.placement.Siblings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A large fleet placed by several servers at once, each of which knows the nodes as they were a
 * while ago and what it chose itself since; the nodes are the authority and refuse what does not
 * fit. Of ten workloads eight may go anywhere, one needs a label, one is spread over zones and
 * prefers a label.
 */
public final class FleetSimulation {

  private static final int SERVERS = 4;

  /** Summaries are new after so many placements of all servers together. */
  private static final int STALE = 20_000;

  private static final int TRIES = 20;
  private static final double USED = 0.94;
  private static final Demand[] SIZES = {
    new Demand(50, 64L << 20, 32), new Demand(100, 128L << 20, 64), new Demand(250, 256L << 20, 64)
  };
  static final Constraints ANYWHERE =
      new Constraints(List.of(), List.of(), List.of(Constraints.NODE), Policy.SPREAD);
  static final Constraints ON_SSD =
      new Constraints(
          List.of(new Rule("disk", List.of("ssd"))),
          List.of(),
          List.of(Constraints.NODE),
          Policy.SPREAD);
  static final Constraints OVER_ZONES =
      new Constraints(
          List.of(),
          List.of(new Preference(new Rule("disk", List.of("ssd")), 10)),
          List.of("zone", Constraints.NODE),
          Policy.SPREAD);

  private final Size size;
  private final Candidate[] truth;
  private final Fleet[] views = new Fleet[SERVERS];
  private final Map<String, Integer> numbers = new HashMap<>();
  private final FleetQuality quality;
  private long placed;
  private long refused;
  private long nowhere;

  /** How much, and by which chance. */
  public record Size(int nodes, int workloads, int replicas, long seed) {
    long instances() {
      return (long) workloads * replicas;
    }
  }

  /** How it went. */
  public record Result(
      Size size,
      long placed,
      long nowhere,
      long refused,
      double seconds,
      FleetQuality.Figures quality,
      FleetQuality.Figures greedy) {
    public long perSecond() {
      return Math.round(placed / seconds);
    }
  }

  private FleetSimulation(Size size) {
    this.size = size;
    truth = new Candidate[size.nodes()];
    var capacity = capacity(size);
    for (int i = 0; i < truth.length; i++) {
      var labels = Map.of("zone", "z" + i % 3, "disk", i % 10 < 3 ? "ssd" : "hdd");
      var ref = new NodeRef("uid-%06d".formatted(i), "n" + i);
      truth[i] = new Candidate(ref, Access.OPEN, labels, capacity, Demand.NONE);
      numbers.put(ref.uid(), i);
    }
    quality = new FleetQuality(size.nodes());
    refresh();
  }

  /** So large that {@value #USED} of all is used in the end. */
  private static Demand capacity(Size size) {
    double cpu = 0;
    double memory = 0;
    double pids = 0;
    for (var one : SIZES) {
      cpu += one.cpuMillis() / (double) SIZES.length;
      memory += one.memoryBytes() / (double) SIZES.length;
      pids += one.pids() / (double) SIZES.length;
    }
    double perNode = size.instances() / (double) size.nodes() / USED;
    return new Demand(
        (long) (cpu * perNode) + SIZES[2].cpuMillis(),
        (long) (memory * perNode) + SIZES[2].memoryBytes(),
        (long) (pids * perNode) + SIZES[2].pids());
  }

  static Demand demand(long seed, int workload) {
    return SIZES[new SplittableRandom(seed * 31 + workload).nextInt(SIZES.length)];
  }

  static Constraints constraints(int workload) {
    return switch (workload % 10) {
      case 8 -> ON_SSD;
      case 9 -> OVER_ZONES;
      default -> ANYWHERE;
    };
  }

  public static Result run(Size size) {
    var run = new FleetSimulation(size);
    long begun = System.nanoTime();
    for (int workload = 0; workload < size.workloads(); workload++) {
      run.place(workload);
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    return new Result(
        size,
        run.placed,
        run.nowhere,
        run.refused,
        seconds,
        run.quality.figures(run.truth),
        GreedyFleet.place(size, capacity(size)));
  }

  private void refresh() {
    for (int server = 0; server < SERVERS; server++) {
      views[server] = server == 0 ? Fleet.of(List.of(truth)) : views[0].changed(truth);
    }
  }

  private void place(int workload) {
    int server = workload % SERVERS;
    var where = constraints(workload);
    var demand = demand(size.seed(), workload);
    var siblings = new Siblings(views[server], where);
    quality.begin(where);
    for (int replica = 0; replica < size.replicas(); replica++) {
      place(server, demand, where, siblings, ((long) workload << 16) + (long) replica * TRIES);
    }
    quality.end();
  }

  private void place(int server, Demand demand, Constraints where, Siblings siblings, long number) {
    var avoided = new HashMap<String, String>();
    for (int attempt = 0; attempt < TRIES; attempt++) {
      long seed = size.seed() * 1_000_003 + number + attempt;
      var request = new Placement.Request(demand, where, siblings, avoided, seed);
      if (!(Placement.place(request, views[server]) instanceof Placed.On on)) {
        break;
      }
      var uid = on.node().uid();
      views[server] = views[server].debited(uid, demand);
      if (admitted(requireNonNull(numbers.get(uid)), demand)) {
        siblings.add(uid, true);
        return;
      }
      avoided.put(uid, "cpu is short");
      refused++;
    }
    nowhere++;
  }

  private boolean admitted(int node, Demand demand) {
    if (!fits(truth[node].free(), demand)) {
      return false;
    }
    truth[node] = truth[node].debited(demand);
    quality.placed(node);
    if (++placed % STALE == 0) {
      refresh();
    }
    return true;
  }

  static boolean fits(Demand free, Demand demand) {
    return free.cpuMillis() >= demand.cpuMillis()
        && free.memoryBytes() >= demand.memoryBytes()
        && free.pids() >= demand.pids();
  }
}
