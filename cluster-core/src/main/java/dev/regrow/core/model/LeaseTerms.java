package dev.regrow.core.model;

/**
 * How long a node may do without the majority before its leased instances die, and how long the
 * majority waits to be sure of it. The whole cluster must agree: so nobody sets these, and the
 * length of every lease is stored with its assignment.
 */
public final class LeaseTerms {

  /**
   * Of exclusive ones, from when a renewal was sent. Long enough for an agent that crashed to be
   * back, and short enough for a node that hangs to be replaced within 12 s.
   */
  public static final long LENGTH_MILLIS = 8_000;

  /** How often a node renews. */
  public static final long RENEWAL_MILLIS = 2_000;

  /**
   * By how much two machines' clocks may differ in speed: 1 in so many. Quartz stays below 10,000.
   */
  private static final long DRIFT_ONE_IN = 100;

  /** How long a shim may take to kill once the deadline has passed, on a machine that is busy. */
  private static final long KILL_MILLIS = 1_000;

  private LeaseTerms() {}

  /** After so long since a renewal was answered, nothing lives by a lease of that length. */
  public static long holdMillis(long lengthMillis) {
    return lengthMillis + lengthMillis / DRIFT_ONE_IN + KILL_MILLIS;
  }
}
