package dev.regrow.core.model;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where instances of a workload may go, and where rather.
 *
 * @param require only nodes that meet all of these
 * @param prefer those with the largest sum of weights first
 * @param spread evenly over these labels of nodes, the first counts most; {@link #NODE}: over nodes
 * @param policy what decides among equals
 */
public record Constraints(
    List<Rule> require, List<Preference> prefer, List<String> spread, Policy policy) {

  /** The label that every node has: its name. */
  public static final String NODE = "node";

  /** Anywhere, evenly over nodes. */
  public static final Constraints NONE =
      new Constraints(List.of(), List.of(), List.of(NODE), Policy.SPREAD);

  /** Which node is best among equals. */
  public enum Policy {
    /** The emptiest. */
    SPREAD,
    /** The fullest that still fits. */
    PACK
  }

  /** A label of a node has one of these values. */
  public record Rule(String label, List<String> in) {

    public Rule {
      in = List.copyOf(in);
    }

    public boolean meets(@Nullable String value) {
      return value != null && in.contains(value);
    }

    /** As {@code disk in [ssd, nvme]}. */
    public String words() {
      return in.stream().collect(Collectors.joining(", ", label + " in [", "]"));
    }
  }

  /**
   * @param weight -100 to 100; below 0: rather not there
   */
  public record Preference(Rule rule, int weight) {}

  public Constraints {
    require = List.copyOf(require);
    prefer = List.copyOf(prefer);
    spread = List.copyOf(spread);
  }
}
