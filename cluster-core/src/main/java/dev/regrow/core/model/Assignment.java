package dev.regrow.core.model;

import org.jspecify.annotations.Nullable;

/**
 * The durable decision that an instance is to be on a node.
 *
 * @param slot the ordinal of its slot, from 0
 * @param cause why it is so, in words
 * @param placedAt milliseconds since 1970
 * @param lease whether it lives on its node's lease only
 * @param leaseMillis how long it lives without a renewal, as it was started; 0: for ever, or nobody
 *     wrote it down
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
    long leaseMillis,
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

  /**
   * How long it lives without a renewal; 0: for ever. A record from before lengths were written
   * down is of a lease as the policy has it, or else as everybody's.
   */
  public long leaseMillis(Policy policy) {
    if (!leased() || leaseMillis > 0) {
      return leaseMillis;
    }
    return policy.leased() ? policy.leaseMillis() : LeaseTerms.LENGTH_MILLIS;
  }

  /** Whether nobody wrote down how long its lease is. */
  public boolean ofUnknownLease() {
    return leased() && leaseMillis == 0;
  }

  public Assignment toStop(String why) {
    return copy(Intent.STOP, why, lease, leaseMillis, ended, epoch);
  }

  /** To be stopped, and to die with its lease where no order reaches it. */
  public Assignment toExpire(String why) {
    return copy(
        Intent.STOP, why, leased() ? Lease.GIVEN_UP : Lease.NONE, leaseMillis, ended, epoch);
  }

  /** As it was placed under that policy, which was not written down then. */
  public Assignment placedUnder(Policy policy) {
    return copy(intent, cause, lease, leaseMillis(policy), ended, epoch);
  }

  public Assignment endedWith(End end) {
    return copy(intent, cause, lease, leaseMillis, end, epoch);
  }

  public Assignment madeAt(long index) {
    return copy(intent, cause, lease, leaseMillis, ended, index);
  }

  private Assignment copy(
      Intent intent, String cause, Lease lease, long leaseMillis, @Nullable End ended, long epoch) {
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
        leaseMillis,
        ended,
        epoch,
        origin);
  }
}
