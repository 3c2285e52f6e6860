package dev.regrow.core.model;

/**
 * How a workload wants to be treated.
 *
 * @param surge how many instances above the replicas a rollout may use; 0 or more
 * @param unavailable how many replicas a rollout may take down at once; 0 or more
 * @param minReadyMillis how long an instance must be ready to count
 * @param progressDeadlineMillis how long a rollout may make no progress
 * @param lostAfterMillis how long after its node was lost an instance is replaced
 * @param stopAfterMillis how long a node that is cut off keeps an instance; -1: for ever
 */
public record Policy(
    Restart restart,
    boolean exclusive,
    int surge,
    int unavailable,
    long minReadyMillis,
    long progressDeadlineMillis,
    boolean autoRevert,
    Constraints placement,
    Keep reconcile,
    long lostAfterMillis,
    long stopAfterMillis) {

  /** When the node starts an ended process again. */
  public enum Restart {
    ALWAYS,
    ON_FAILURE,
    NEVER
  }

  /** Which of two instances stays when a lost node comes back. */
  public enum Keep {
    REPLACEMENT,
    ORIGINAL,
    LONGEST_RUNNING
  }

  /** Whether its instances live on leases. */
  public boolean leased() {
    return exclusive || stopAfterMillis >= 0;
  }

  /** How long an instance lives without a renewal of its lease; 0: for ever. */
  public long leaseMillis() {
    if (exclusive) {
      return LeaseTerms.LENGTH_MILLIS;
    }
    // No shorter than what renewals can bear.
    return leased() ? Math.max(stopAfterMillis, LeaseTerms.LENGTH_MILLIS) : 0;
  }

  /** Surge as it counts: nothing is started beside what must end first. */
  public int effectiveSurge() {
    return exclusive ? 0 : surge;
  }

  /** Unavailable as it counts: without any room a rollout could never move. */
  public int effectiveUnavailable() {
    return effectiveSurge() == 0 ? Math.max(1, unavailable) : unavailable;
  }
}
