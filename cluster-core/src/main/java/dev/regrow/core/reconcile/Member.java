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
 * @param leaving its node is being drained: it is to be replaced elsewhere, as an outdated one is
 * @param startedAt when its process was started, milliseconds since 1970; 0: nobody knows
 * @param sharesData what is started in its slot would write to files of its volumes
 */
public record Member(
    InstanceId id,
    int slot,
    boolean current,
    boolean stopping,
    boolean recorded,
    Standing standing,
    long epoch,
    boolean leaving,
    long startedAt,
    boolean sharesData) {

  static final Comparator<Member> ORDER =
      Comparator.comparingInt(Member::slot)
          .thenComparingLong(Member::epoch)
          .thenComparing(Member::id);

  /** Of a node that is not being drained. */
  public Member(
      InstanceId id,
      int slot,
      boolean current,
      boolean stopping,
      boolean recorded,
      Standing standing,
      long epoch) {
    this(id, slot, current, stopping, recorded, standing, epoch, false);
  }

  /** Of an unknown start. */
  public Member(
      InstanceId id,
      int slot,
      boolean current,
      boolean stopping,
      boolean recorded,
      Standing standing,
      long epoch,
      boolean leaving) {
    this(id, slot, current, stopping, recorded, standing, epoch, leaving, 0, false);
  }

  /** The same, and whether it has the data that the next one would have. */
  public Member sharingData(boolean shares) {
    return new Member(
        id, slot, current, stopping, recorded, standing, epoch, leaving, startedAt, shares);
  }

  /** Nothing calls for another in its place; what has ended stays on the books where it is. */
  boolean fitting() {
    return current && (!leaving || standing.ended());
  }

  public boolean alive() {
    return !standing.ended();
  }

  /** Does what its slot is there for. */
  public boolean serves() {
    return !stopping && (standing == Standing.READY || standing == Standing.SUCCEEDED);
  }
}
