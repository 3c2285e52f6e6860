package dev.regrow.cli.local;

import dev.regrow.cli.local.Found.State;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which of a machine's numbered nodes are started as what they are, which join anew, and which stay
 * out. A cluster is founded by n1 alone, and only where no other node of one is left.
 */
sealed interface Lineup {

  int FIRST = 1;

  /** Instead of a cluster's id: there is none yet. */
  String NONE = "";

  /**
   * @param continuing started without being told whom to join: they are in, or n1 founds
   * @param joining through one of those; each has a role to be told
   * @param leftOut and why
   */
  record Nodes(
      SortedSet<Integer> continuing, SortedSet<Integer> joining, SortedMap<Integer, Why> leftOut)
      implements Lineup {

    SortedSet<Integer> all() {
      var all = new TreeSet<>(continuing);
      all.addAll(joining);
      return all;
    }

    Stream<Integer> leftOut(Why why) {
      return leftOut.keySet().stream().filter(number -> leftOut.get(number) == why);
    }
  }

  record Refused(Obstacle obstacle) implements Lineup {}

  /** Why one stays out. */
  enum Why {
    REMOVED,
    OF_ANOTHER_CLUSTER,
    WITNESS
  }

  /** Why nothing is started. */
  enum Obstacle {
    /** n1 has nothing, and none of the others keeps the store. */
    NO_SERVER,
    /** n1 has nothing, and the others are of several clusters. */
    SEVERAL_CLUSTERS,
    /** Nobody here is in a cluster any more: n1 or another was removed. */
    ALL_REMOVED
  }

  /**
   * @param found by number; others have no directory
   * @param wanted at least so many are to run: what is missing joins under the lowest numbers that
   *     have no directory
   */
  static Lineup of(SortedMap<Integer, Found> found, int wanted) {
    var first = found.getOrDefault(FIRST, Found.NOTHING);
    if (first.is(State.MEMBER)) {
      return nodes(found, wanted, first.cluster());
    }
    var insiders = found.values().stream().filter(Found::isInside).toList();
    var clusters = insiders.stream().map(Found::cluster).distinct().toList();
    if (clusters.size() > 1) {
      return new Refused(Obstacle.SEVERAL_CLUSTERS);
    }
    if (first.is(State.REMOVED)) { // It was not the only server: another is, if only elsewhere.
      return insiders.stream().anyMatch(Found::runsInstances)
          ? nodes(found, wanted, clusters.get(0))
          : new Refused(Obstacle.ALL_REMOVED);
    }
    if (!insiders.isEmpty()) {
      return insiders.stream().anyMatch(Found::keepsStore)
          ? nodes(found, wanted, clusters.get(0))
          : new Refused(Obstacle.NO_SERVER);
    }
    return found.values().stream().anyMatch(one -> one.is(State.REMOVED))
        ? new Refused(Obstacle.ALL_REMOVED)
        : nodes(found, wanted, NONE);
  }

  private static Nodes nodes(SortedMap<Integer, Found> found, int wanted, String cluster) {
    var continuing = new TreeSet<Integer>();
    var joining = new TreeSet<Integer>();
    var leftOut = new TreeMap<Integer, Why>();
    if (cluster.equals(NONE)) {
      continuing.add(FIRST);
    }
    found.forEach(
        (number, one) -> {
          if (one.is(State.REMOVED)) {
            leftOut.put(number, Why.REMOVED);
          } else if (one.isInside() && !one.cluster().equals(cluster)) {
            leftOut.put(number, Why.OF_ANOTHER_CLUSTER);
          } else if (one.isInside() && one.role().equals("witness")) {
            leftOut.put(number, Why.WITNESS);
          } else if (one.is(State.MEMBER)) {
            continuing.add(number);
          } else if (!continuing.contains(number)) {
            joining.add(number);
          }
        });
    for (int next = FIRST; continuing.size() + joining.size() < wanted; next++) {
      if (!found.containsKey(next) && !continuing.contains(next)) {
        joining.add(next);
      }
    }
    return new Nodes(continuing, joining, leftOut);
  }
}
