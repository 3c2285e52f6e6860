package dev.regrow.core.model;

import org.jspecify.annotations.Nullable;

/**
 * The durable decision that an instance is to be on a node.
 *
 * @param slot the ordinal of its slot, from 0
 * @param cause why it is so, in words
 * @param placedAt milliseconds since 1970
 * @param lease whether it lives on its node's lease only
 * @param ended how it ended, once that is known and it is not to run again
 * @param epoch the index of the commit that made it; 0: not yet committed
 */
public record Assignment(
    InstanceId id,
    int slot,
    long revision,
    long restartGeneration,
    NodeRef node,
    Intent intent,
    String cause,
    long placedAt,
    Lease lease,
    @Nullable End ended,
    long epoch,
    Opaque origin) {

  /** What is wanted of it. */
  public enum Intent {
    RUN,
    STOP
  }

  /** Whether its process dies by itself when its node is cut off. */
  public enum Lease {
    NONE,
    HELD,
    /** Its node was lost, and no renewal covers it any more. */
    GIVEN_UP
  }

  public boolean leased() {
    return lease != Lease.NONE;
  }

  public boolean stopping() {
    return intent == Intent.STOP;
  }

  public Assignment toStop(String why) {
    return new Assignment(
        id,
        slot,
        revision,
        restartGeneration,
        node,
        Intent.STOP,
        why,
        placedAt,
        lease,
        ended,
        epoch,
        origin);
  }

  /** To be stopped, and to die with its lease where no order reaches it. */
  public Assignment toExpire(String why) {
    return new Assignment(
        id,
        slot,
        revision,
        restartGeneration,
        node,
        Intent.STOP,
        why,
        placedAt,
        leased() ? Lease.GIVEN_UP : Lease.NONE,
        ended,
        epoch,
        origin);
  }

  public Assignment endedWith(End end) {
    return new Assignment(
        id,
        slot,
        revision,
        restartGeneration,
        node,
        intent,
        cause,
        placedAt,
        lease,
        end,
        epoch,
        origin);
  }

  public Assignment madeAt(long index) {
    return new Assignment(
        id,
        slot,
        revision,
        restartGeneration,
        node,
        intent,
        cause,
        placedAt,
        lease,
        ended,
        index,
        origin);
  }
}
