package dev.regrow.chaos.game;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How much is struck at the same time, at worst. */
public final class Blast {

  private Blast() {}

  /**
   * What one fault strikes, and when.
   *
   * @param instances by their ids: those named and those on its nodes
   */
  public record Strike(Duration from, Duration until, Set<String> nodes, Set<String> instances) {
    public Strike {
      nodes = Set.copyOf(nodes);
      instances = Set.copyOf(instances);
    }

    /** What ends as another begins is struck with it: nothing is healed in that moment. */
    boolean goesOnAt(Duration moment) {
      return from.compareTo(moment) <= 0 && moment.compareTo(until) <= 0;
    }
  }

  /** The most that is struck at one moment, and how much there is. */
  public record Worst(int nodes, int instances, int allNodes, int allInstances) {
    @Override
    public String toString() {
      return "%d of %d nodes and %d of %d instances at the same time"
          .formatted(nodes, allNodes, instances, allInstances);
    }
  }

  public static Worst of(Collection<Strike> strikes, int allNodes, int allInstances) {
    int nodes = 0;
    int instances = 0;
    for (Duration moment : strikes.stream().map(Strike::from).toList()) {
      var at = strikes.stream().filter(strike -> strike.goesOnAt(moment)).toList();
      nodes = Math.max(nodes, together(at.stream().map(Strike::nodes).toList()));
      instances = Math.max(instances, together(at.stream().map(Strike::instances).toList()));
    }
    return new Worst(nodes, instances, allNodes, allInstances);
  }

  private static int together(List<Set<String>> sets) {
    var all = new HashSet<String>();
    sets.forEach(all::addAll);
    return all.size();
  }
}
