package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Constraints.Policy;
import dev.regrow.core.model.Demand;
import dev.regrow.core.placement.Layout.Domain;
import dev.regrow.core.placement.Layout.Tier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Takes the best of a few random candidates, so that many entities placing at once on the same
 * summaries do not all choose the same node.
 *
 * <p>In this order: what is required decides where it may go, what is preferred which of those come
 * first, the spread which of these have the fewest of its instances, and the policy the rest. All
 * nodes are looked at where they are few, when a sample has none that fits or none without an
 * instance of the workload, and for packing, which is about the one fullest node.
 */
public final class Placement {

  /** Candidates weighed per choice. Two would do to spread load; more finds the tidier node. */
  static final int SAMPLE = 8;

  /** So many nodes are all looked at. */
  static final int FEW = 32;

  private static final int DRAWS = 4 * SAMPLE;

  private final Request request;
  private final Fleet fleet;
  private final Comparator<Candidate> order;

  private Placement(Request request, Fleet fleet) {
    this.request = request;
    this.fleet = fleet;
    order = order(request);
  }

  /**
   * What an instance asks of its place.
   *
   * @param avoided nodes (by uid) that refused this instance a moment ago, and what they said
   * @param seed equal seeds choose equally
   */
  public record Request(
      Demand demand, Constraints where, Siblings siblings, Map<String, String> avoided, long seed) {

    /** Of the first instance of a workload. */
    public static Request first(Demand demand, Constraints where, Fleet fleet, long seed) {
      return new Request(demand, where, new Siblings(fleet, where), Map.of(), seed);
    }

    boolean fits(Candidate node) {
      return node.open()
          && (avoided.isEmpty() || !avoided.containsKey(node.node().uid()))
          && node.hasRoomFor(demand, siblings.on(node) > 0);
    }
  }

  /** Places one instance. */
  public static Placed place(Request request, Fleet fleet) {
    return new Placement(request, fleet).place();
  }

  /** Whether there is a place. */
  public static boolean possible(Request request, Fleet fleet) {
    return new Placement(request, fleet).choose() != null;
  }

  private Placed place() {
    var choice = choose();
    var explained = new Explanation(request, fleet);
    return choice == null ? explained.nowhere() : explained.on(choice);
  }

  /**
   * What was chosen, and of whom.
   *
   * @param load of that node
   * @param drawn indexes of the nodes that were looked at; null: all of the domain
   */
  record Choice(Candidate node, double load, Tier tier, Domain domain, int @Nullable [] drawn) {}

  private @Nullable Choice choose() {
    for (var tier : fleet.layout(request.where()).tiers()) {
      for (var domain : ordered(tier.domains())) {
        var choice = choose(tier, domain);
        if (choice != null) {
          return choice;
        }
      }
    }
    return null;
  }

  /** Those with the fewest instances first. */
  private List<Domain> ordered(List<Domain> domains) {
    if (domains.size() == 1) {
      return domains;
    }
    var labels = Layout.domainLabels(request.where());
    Comparator<Domain> fewest = (left, right) -> compare(labels, left, right);
    return domains.stream().sorted(fewest.thenComparingLong(this::drawnLot)).toList();
  }

  private int compare(List<String> labels, Domain left, Domain right) {
    for (int i = 0; i < labels.size(); i++) {
      int order =
          request.siblings().compare(labels.get(i), left.values().get(i), right.values().get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private long drawnLot(Domain domain) {
    return mixed(request.seed() ^ domain.values().hashCode());
  }

  private @Nullable Choice choose(Tier tier, Domain domain) {
    var nodes = domain.nodes();
    if (nodes.length > FEW && request.where().policy() == Policy.SPREAD) {
      var drawn = draw(nodes);
      var best = best(drawn);
      boolean alone = best != null && request.siblings().on(best) == 0;
      if (best != null && (alone || !spreadsOverNodes())) {
        return new Choice(best, best.load(), tier, domain, drawn);
      }
    }
    var best = best(nodes);
    return best == null ? null : new Choice(best, best.load(), tier, domain, null);
  }

  private boolean spreadsOverNodes() {
    return request.where().spread().contains(Constraints.NODE);
  }

  /** So many that fit, or as many draws as are worth it. */
  private int[] draw(int[] nodes) {
    var random = new SplittableRandom(request.seed());
    var drawn = new int[DRAWS];
    int count = 0;
    int fitting = 0;
    while (count < DRAWS && fitting < SAMPLE) {
      int index = nodes[random.nextInt(nodes.length)];
      drawn[count++] = index;
      fitting += request.fits(fleet.get(index)) ? 1 : 0;
    }
    return Arrays.stream(drawn, 0, count).distinct().toArray();
  }

  private @Nullable Candidate best(int[] nodes) {
    return request.where().policy() == Policy.PACK ? fullest(nodes) : first(nodes);
  }

  /** Equally full ones in the same order for all, so that they fill one after the other. */
  private @Nullable Candidate fullest(int[] nodes) {
    Candidate fullest = null;
    double most = -1;
    for (int index : nodes) { // In the order of uids.
      var node = fleet.get(index);
      double load = node.load();
      if (load > most && request.fits(node)) {
        fullest = node;
        most = load;
      }
    }
    return fullest;
  }

  private @Nullable Candidate first(int[] nodes) {
    Candidate best = null;
    for (int index : nodes) {
      var node = fleet.get(index);
      if (request.fits(node) && (best == null || order.compare(node, best) < 0)) {
        best = node;
      }
    }
    return best;
  }

  private static Comparator<Candidate> order(Request request) {
    var siblings = request.siblings();
    Comparator<Candidate> lot =
        Comparator.<Candidate>comparingLong(
                node -> mixed(request.seed() ^ node.node().uid().hashCode()))
            .thenComparing(node -> node.node().uid());
    Comparator<Candidate> fewest =
        Comparator.<Candidate>comparingInt(siblings::currentOn).thenComparingInt(siblings::on);
    return fewest.thenComparingDouble(Candidate::load).thenComparing(lot);
  }

  /** As SplittableRandom mixes: near numbers come far apart. */
  private static long mixed(long number) {
    long mixed = (number ^ (number >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
