package dev.regrow.core.placement;

import dev.regrow.core.model.Demand;
import dev.regrow.core.model.Policy.Prefer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Takes the best of a few random candidates, so that many entities placing at once on the same
 * summaries do not all choose the same node; looks at all of them before it says that none fits.
 */
public final class Placement {

  /** Candidates weighed per choice. Two would do to spread load; more finds the tidier node. */
  static final int SAMPLE = 8;

  private static final int REASONS_MAX = 5;
  private static final long MEBIBYTE = 1L << 20;

  private Placement() {}

  /**
   * What an instance asks of its place.
   *
   * @param siblings how many instances of the same workload each node (by uid) has
   * @param avoided nodes (by uid) that refused this instance a moment ago, and what they said
   * @param seed equal seeds choose equally
   */
  public record Request(
      Demand demand,
      Prefer prefer,
      Map<String, Integer> siblings,
      Map<String, String> avoided,
      long seed) {

    int siblingsOn(Candidate candidate) {
      return siblings.getOrDefault(candidate.node().uid(), 0);
    }
  }

  /** Places one instance. */
  public static Placed place(Request request, List<Candidate> candidates) {
    var fitting = new ArrayList<Candidate>();
    var passedOver = new ArrayList<String>();
    for (var candidate : sorted(candidates)) {
      var obstacle = obstacle(request, candidate);
      if (obstacle.isPresent()) {
        passedOver.add(obstacle.get());
      } else {
        fitting.add(candidate);
      }
    }
    if (fitting.isEmpty()) {
      return new Placed.Nowhere(nowhere(passedOver));
    }
    var best = sample(fitting, request.seed()).stream().min(order(request)).orElseThrow();
    return new Placed.On(best.node(), why(request, best, fitting.size(), passedOver));
  }

  /** Why an instance cannot go to this node, as {@code node n1 lacks 200 MiB memory}. */
  public static Optional<String> obstacle(Request request, Candidate candidate) {
    var name = "node " + candidate.node().name();
    if (!candidate.schedulable()) {
      return Optional.of(name + " takes no new instances");
    }
    var refusal = request.avoided().get(candidate.node().uid());
    if (refusal != null) {
      return Optional.of(name + " refused: " + refusal);
    }
    return lack(request.demand(), candidate.free()).map(lack -> name + " lacks " + lack);
  }

  private static Optional<String> lack(Demand demand, Demand free) {
    var missing = demand.minus(free);
    if (missing.memoryBytes() > 0) {
      return Optional.of(bytes(missing.memoryBytes()) + " memory");
    }
    if (missing.cpuMillis() > 0) {
      return Optional.of(missing.cpuMillis() + "m cpu");
    }
    if (missing.pids() > 0) {
      return Optional.of(missing.pids() + " pids");
    }
    return Optional.empty();
  }

  private static String bytes(long bytes) {
    // Rounded up: less than the amount that is missing would not help.
    return (bytes + MEBIBYTE - 1) / MEBIBYTE + " MiB";
  }

  private static List<Candidate> sample(List<Candidate> fitting, long seed) {
    if (fitting.size() <= SAMPLE) {
      return fitting;
    }
    var random = new SplittableRandom(seed);
    var pool = new ArrayList<>(fitting);
    for (int i = 0; i < SAMPLE; i++) {
      int other = i + random.nextInt(pool.size() - i);
      var swapped = pool.get(i);
      pool.set(i, pool.get(other));
      pool.set(other, swapped);
    }
    return pool.subList(0, SAMPLE);
  }

  private static Comparator<Candidate> order(Request request) {
    Comparator<Candidate> byUid = Comparator.comparing(candidate -> candidate.node().uid());
    return switch (request.prefer()) {
      case SPREAD ->
          Comparator.<Candidate>comparingInt(request::siblingsOn)
              .thenComparingDouble(Candidate::load)
              .thenComparing(byUid);
      case PACK -> Comparator.comparingDouble(Candidate::load).reversed().thenComparing(byUid);
    };
  }

  private static String why(Request request, Candidate best, int fitting, List<String> passedOver) {
    var why =
        fitting == 1
            ? "the only node that fits"
            : switch (request.prefer()) {
              case SPREAD ->
                  "%d of its instances there, %d%% reserved, best of %d nodes"
                      .formatted(request.siblingsOn(best), percent(best), fitting);
              case PACK ->
                  "the fullest that fits, %d%% reserved, of %d nodes"
                      .formatted(percent(best), fitting);
            };
    return passedOver.isEmpty() ? why : why + "; " + joined(passedOver);
  }

  private static long percent(Candidate candidate) {
    return Math.round(candidate.load() * 100);
  }

  private static String nowhere(List<String> passedOver) {
    return passedOver.isEmpty() ? "no node has joined yet" : joined(passedOver);
  }

  private static String joined(List<String> reasons) {
    var shown = String.join(", ", reasons.subList(0, Math.min(REASONS_MAX, reasons.size())));
    var more = reasons.size() - REASONS_MAX;
    return more > 0 ? String.format(Locale.ROOT, "%s and %d more nodes", shown, more) : shown;
  }

  private static List<Candidate> sorted(List<Candidate> candidates) {
    return candidates.stream()
        .sorted(Comparator.comparing(candidate -> candidate.node().uid()))
        .toList();
  }
}
