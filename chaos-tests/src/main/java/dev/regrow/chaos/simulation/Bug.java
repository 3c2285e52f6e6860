package dev.regrow.chaos.simulation;

/**
 * Mistakes that the real thing must not make, put in on purpose: only so is it known that the
 * checkers would see them. None is ever in but by a test's, or a user's, word.
 */
public enum Bug {
  /** A server says that it has written before its disk has. */
  ACKNOWLEDGE_BEFORE_FSYNC,
  /** An agent takes orders that are older than what it knows. */
  SKIP_EPOCH_CHECK,
  /** A shim neither waits for a lease nor ends with it. */
  IGNORE_LEASE,
  /** A watch that moves to another server misses a change. */
  DROP_WATCH_EVENT,
  /** An agent starts what it runs already when it is told twice. */
  DOUBLE_START,
  /** A server that lost its disk goes on as the member that it was. */
  VOTE_FROM_EMPTY_LOG,
  /** A node that wants to form a cluster does so whether or not the store agrees. */
  TWO_CLUSTERS;

  /** As on the command line: {@code double-start}. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
