package dev.regrow.chaos.game;

import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What runs where. Pure. */
final class Places {

  /** Of two of one slot, which is on its way from one node to another, the last is meant. */
  private static final Comparator<Instance> BY_WEIGHT =
      Comparator.<Instance, Boolean>comparing(
              each -> each.getPhase() == InstancePhase.INSTANCE_RUNNING)
          .thenComparing(Instance::getStartedAt);

  private Places() {}

  /** The node of each slot's instance; without those that are nowhere. */
  static Map<String, String> of(List<Instance> instances) {
    var places = new HashMap<String, String>();
    instances.stream()
        .filter(each -> !each.getNode().isEmpty())
        .sorted(BY_WEIGHT)
        .forEach(each -> places.put(each.getSlot(), each.getNode()));
    return places;
  }
}
