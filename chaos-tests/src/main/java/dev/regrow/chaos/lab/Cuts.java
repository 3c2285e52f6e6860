package dev.regrow.chaos.lab;

import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** Shapes of partitions. */
public final class Cuts {

  private Cuts() {}

  /** What any of the first send to any of the second is lost. */
  public static NavigableSet<Cut> oneWay(Collection<String> from, Collection<String> to) {
    var cuts = new TreeSet<Cut>();
    from.forEach(one -> to.forEach(other -> cuts.add(new Cut(one, other))));
    return cuts;
  }

  /**
   * Two groups hear nothing of each other. A machine in neither hears both: between two halves it
   * is a bridge.
   */
  public static NavigableSet<Cut> between(Collection<String> left, Collection<String> right) {
    var cuts = oneWay(left, right);
    cuts.addAll(oneWay(right, left));
    return cuts;
  }

  /** These are on their own, together. */
  public static NavigableSet<Cut> apart(Collection<String> some, Collection<String> all) {
    return between(some, all.stream().filter(each -> !some.contains(each)).toList());
  }

  /**
   * Each machine hears a majority, and no two the same one: itself and its nearest in a ring.
   *
   * @param all at least five, or nothing is cut
   */
  public static NavigableSet<Cut> majoritiesRing(List<String> all) {
    int size = all.size();
    int reach = (size / 2 + 1) / 2;
    var cuts = new TreeSet<Cut>();
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        int clockwise = Math.floorMod(j - i, size);
        if (Math.min(clockwise, size - clockwise) > reach) {
          cuts.add(new Cut(all.get(i), all.get(j)));
        }
      }
    }
    return cuts;
  }
}
