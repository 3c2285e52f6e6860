package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node when an instance is to be placed.
 *
 * @param labels what people say of it
 * @param reserved promised to instances, with what was placed there a moment ago
 */
public record Candidate(
    NodeRef node, Access access, Map<String, String> labels, Demand capacity, Demand reserved) {

  /** Whether it takes new instances, and if not, why not. */
  public enum Access {
    OPEN("is open", "are open"),
    CORDONED("is cordoned", "are cordoned"),
    DRAINING("is being drained", "are being drained"),
    CLOSED("takes no new instances", "take no new instances"),
    SILENT("has not been heard of lately", "have not been heard of lately"),
    DOWN("is down", "are down");

    private final String one;
    private final String many;

    Access(String one, String many) {
      this.one = one;
      this.many = many;
    }

    PassedOver.Reason reason() {
      return new PassedOver.Said(name(), one, many);
    }
  }

  public Candidate {
    labels = Map.copyOf(labels);
  }

  public boolean open() {
    return access == Access.OPEN;
  }

  /** The value of a label; null: it has none. Every node has the label {@code node}. */
  @Nullable String label(String key) {
    return key.equals(Constraints.NODE) ? node.name() : labels.get(key);
  }

  public Demand free() {
    return capacity.minus(reserved);
  }

  public Candidate debited(Demand demand) {
    return new Candidate(node, access, labels, capacity, reserved.plus(demand));
  }

  boolean hasRoomFor(Demand demand) {
    return hasRoomFor(demand, false);
  }

  /**
   * @param bySiblings whether instances of the same workload are there, who share what it publishes
   */
  boolean hasRoomFor(Demand demand, boolean bySiblings) {
    return capacity.memoryBytes() - reserved.memoryBytes() >= demand.memoryBytes()
        && capacity.cpuMillis() - reserved.cpuMillis() >= demand.cpuMillis()
        && capacity.pids() - reserved.pids() >= demand.pids()
        && demand.ports().collision(reserved.ports(), bySiblings).isEmpty();
  }

  /** The largest share of any of its resources that is promised, 0 to 1 and beyond. */
  double load() {
    return Math.max(
        share(reserved.cpuMillis(), capacity.cpuMillis()),
        Math.max(
            share(reserved.memoryBytes(), capacity.memoryBytes()),
            share(reserved.pids(), capacity.pids())));
  }

  private static double share(long part, long whole) {
    return whole <= 0 ? 1 : (double) part / whole;
  }
}
