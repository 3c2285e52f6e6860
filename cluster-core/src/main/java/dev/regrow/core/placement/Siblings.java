package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the other instances of a workload are; lives only within one step. Those of the present
 * revision count first: the others are about to go.
 */
public final class Siblings {

  private static final int[] NOBODY = new int[2];

  private final Fleet fleet;

  /** By node uid: those of the present revision, and all. */
  private final Map<String, int[]> nodes = new HashMap<>();

  /** By label, then value, likewise. */
  private final Map<String, Map<String, int[]>> labels = new HashMap<>();

  public Siblings(Fleet fleet, Constraints where) {
    this.fleet = fleet;
    where.spread().stream()
        .filter(label -> !label.equals(Constraints.NODE))
        .forEach(label -> labels.put(label, new HashMap<>()));
  }

  /**
   * @param current of the revision that is being placed
   */
  public Siblings add(String nodeUid, boolean current) {
    count(nodes, nodeUid, current);
    labels.forEach(
        (label, values) ->
            fleet
                .find(nodeUid)
                .ifPresent(node -> count(values, Fleet.named(node.label(label)), current)));
    return this;
  }

  private static void count(Map<String, int[]> counts, String key, boolean current) {
    var count = counts.computeIfAbsent(key, k -> new int[2]);
    count[0] += current ? 1 : 0;
    count[1]++;
  }

  int on(Candidate node) {
    return nodes.getOrDefault(node.node().uid(), NOBODY)[1];
  }

  int currentOn(Candidate node) {
    return nodes.getOrDefault(node.node().uid(), NOBODY)[0];
  }

  /** Compares two nodes, or domains of nodes, by how many of them are there. */
  int compare(String label, @Nullable String left, @Nullable String right) {
    var counts = labels.getOrDefault(label, Map.of());
    var l = counts.getOrDefault(Fleet.named(left), NOBODY);
    var r = counts.getOrDefault(Fleet.named(right), NOBODY);
    return l[0] != r[0] ? Integer.compare(l[0], r[0]) : Integer.compare(l[1], r[1]);
  }
}
