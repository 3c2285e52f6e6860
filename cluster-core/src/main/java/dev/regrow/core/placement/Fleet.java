package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Demand;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All nodes as they are known at one moment, by uid. Immutable; one that differs in a node's
 * reservations only is made in microseconds and shares what was found out about labels.
 */
public final class Fleet {

  public static final Fleet EMPTY = new Fleet(new Candidate[0], new Layouts(new Candidate[0]));

  private static final Comparator<Candidate> BY_UID =
      Comparator.comparing(candidate -> candidate.node().uid());

  private final Candidate[] nodes;
  private final Layouts layouts;

  private Fleet(Candidate[] nodes, Layouts layouts) {
    this.nodes = nodes;
    this.layouts = layouts;
  }

  /**
   * @param nodes each once, in any order
   */
  public static Fleet of(Collection<Candidate> nodes) {
    var sorted = nodes.toArray(new Candidate[0]);
    Arrays.sort(sorted, BY_UID);
    return sorted.length == 0 ? EMPTY : new Fleet(sorted, new Layouts(sorted));
  }

  /**
   * The same nodes with other reservations.
   *
   * @param changed as many, of the same uids, names and labels, in the order of {@link #get}
   */
  public Fleet changed(Candidate[] changed) {
    return new Fleet(changed.clone(), layouts);
  }

  /** With {@code demand} promised by a node; the same if there is no such node. */
  public Fleet debited(String uid, Demand demand) {
    int index = indexOf(uid);
    if (index < 0) {
      return this;
    }
    var next = nodes.clone();
    next[index] = next[index].debited(demand);
    return new Fleet(next, layouts);
  }

  public int size() {
    return nodes.length;
  }

  /**
   * @param index from 0, in the order of uids
   */
  public Candidate get(int index) {
    return nodes[index];
  }

  public Optional<Candidate> find(String uid) {
    int index = indexOf(uid);
    return index < 0 ? Optional.empty() : Optional.of(nodes[index]);
  }

  private int indexOf(String uid) {
    int low = 0;
    int high = nodes.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = nodes[middle].node().uid().compareTo(uid);
      if (order == 0) {
        return middle;
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return -1;
  }

  Layout layout(Constraints where) {
    return layouts.of(where);
  }

  /** A value of a label as a key: nodes without it are together, too. */
  static String named(@Nullable String value) {
    return value == null ? "" : value;
  }
}
