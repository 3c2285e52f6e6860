package dev.regrow.chaos.simulation;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.placement.Candidate;
import java.util.Arrays;

/** How well a fleet is used, and how evenly workloads are spread, seen while it is filled. */
final class FleetQuality {

  private static final int ZONES = 3;

  private final int nodes;
  private final int[] onNode;
  private final int[] touched = new int[4_096];
  private int count;
  private final int[] inZone = new int[ZONES];
  private boolean overZones;
  private long excess;
  private long instances;

  /**
   * @param mean share of what nodes have that is promised, of the scarcest resource of each
   * @param deviation the standard deviation of that
   * @param fullest the fullest node's
   * @param spreadError of all instances, the share that is on a node, or in a zone, that has more
   *     of its workload than an even spread would give it
   */
  public record Figures(double mean, double deviation, double fullest, double spreadError) {}

  FleetQuality(int nodes) {
    this.nodes = nodes;
    onNode = new int[nodes];
  }

  void begin(Constraints where) {
    count = 0;
    Arrays.fill(inZone, 0);
    overZones = where.spread().contains("zone");
  }

  void placed(int node) {
    touched[count++] = node;
    onNode[node]++;
    inZone[node % ZONES]++;
  }

  void end() {
    int fair = (count + nodes - 1) / nodes;
    for (int i = 0; i < count; i++) {
      excess += onNode[touched[i]] > fair ? 1 : 0;
      onNode[touched[i]]--;
    }
    if (overZones) {
      int most = (count + ZONES - 1) / ZONES;
      for (int zone : inZone) {
        excess += Math.max(0, zone - most);
      }
    }
    instances += count;
  }

  Figures figures(Candidate[] fleet) {
    double sum = 0;
    double squares = 0;
    double fullest = 0;
    for (var node : fleet) {
      double load =
          Math.max(
              (double) node.reserved().cpuMillis() / node.capacity().cpuMillis(),
              (double) node.reserved().memoryBytes() / node.capacity().memoryBytes());
      sum += load;
      squares += load * load;
      fullest = Math.max(fullest, load);
    }
    double mean = sum / fleet.length;
    return new Figures(
        mean,
        Math.sqrt(Math.max(0, squares / fleet.length - mean * mean)),
        fullest,
        instances == 0 ? 0 : (double) excess / instances);
  }
}
