package dev.regrow.core.reconcile;

import dev.regrow.core.model.InstanceId;
import java.util.Comparator;

/**
 * One assignment as the reconciler sees it.
 *
 * @param current of the goal's revision and restart generation
 * @param stopping already told to stop
 * @param recorded its end is stored already
 * @param epoch orders instances by age; 0: the newest
 */
public record Member(
    InstanceId id,
    int slot,
    boolean current,
    boolean stopping,
    boolean recorded,
    Standing standing,
    long epoch) {

  static final Comparator<Member> ORDER =
      Comparator.comparingInt(Member::slot)
          .thenComparingLong(Member::epoch)
          .thenComparing(Member::id);

  public boolean alive() {
    return !standing.ended();
  }

  /** Does what its slot is there for. */
  public boolean serves() {
    return !stopping && (standing == Standing.READY || standing == Standing.SUCCEEDED);
  }
}
