package dev.regrow.core.reconcile;

/** How an instance stands, as far as anybody knows. */
public enum Standing {
  /** Its node has not said anything of it: it may be alive, it may be ready. */
  UNKNOWN,
  /** Alive, or trying to be, but not ready for long enough. */
  UNREADY,
  READY,
  /** Ended for good with exit code 0. */
  SUCCEEDED,
  /** Ended for good otherwise. */
  FAILED,
  /** Its node is gone, for longer than the workload waits. */
  LOST,
  /** Its node is gone, and nobody renews the lease that it lives on. */
  EXPIRING,
  /** No lease that it could live on is left: it has ended, whoever may say so or not. */
  EXPIRED;

  public boolean ended() {
    return this == SUCCEEDED || this == FAILED || this == EXPIRED;
  }
}
