package dev.regrow.actors.agent;

import dev.regrow.actors.link.AssignmentRef;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is remembered of instances that are gone, so that a late order does not bring one back. In
 * memory and bounded: the oldest is forgotten first. A restarted agent asks for its assignments
 * instead.
 */
public final class Recollection {

  private static final int MAX = 20_000;

  private final Map<String, Long> newestEpochs = bounded();
  private final Map<String, Boolean> ended = bounded();

  public void sawEpoch(AssignmentRef assignment) {
    newestEpochs.merge(slotOf(assignment), assignment.epoch(), Math::max);
  }

  /** 0 when nothing is known of the slot. */
  public long newestEpoch(AssignmentRef assignment) {
    return newestEpochs.getOrDefault(slotOf(assignment), 0L);
  }

  public void ended(AssignmentRef assignment) {
    ended.put(instanceOf(assignment), true);
  }

  public boolean hasEnded(AssignmentRef assignment) {
    return ended.containsKey(instanceOf(assignment));
  }

  private static String slotOf(AssignmentRef assignment) {
    return assignment.workloadUid() + "/" + assignment.slot();
  }

  private static String instanceOf(AssignmentRef assignment) {
    return assignment.workloadUid() + "/" + assignment.instanceId();
  }

  private static <V> Map<String, V> bounded() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > MAX;
      }
    };
  }
}
