package dev.regrow.core.placement;

import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;

/**
 * What is known of a node when an instance is to be placed.
 *
 * @param schedulable it takes new instances: alive, not cordoned, not draining
 * @param reserved promised to instances, with what was placed there a moment ago
 */
public record Candidate(NodeRef node, boolean schedulable, Demand capacity, Demand reserved) {

  public Demand free() {
    return capacity.minus(reserved);
  }

  public Candidate debited(Demand demand) {
    return new Candidate(node, schedulable, capacity, reserved.plus(demand));
  }

  /** The largest share of any of its resources that is promised, 0 to 1 and beyond. */
  double load() {
    return Math.max(
        share(reserved.cpuMillis(), capacity.cpuMillis()),
        share(reserved.memoryBytes(), capacity.memoryBytes()));
  }

  private static double share(long part, long whole) {
    return whole <= 0 ? 1 : (double) part / whole;
  }
}
