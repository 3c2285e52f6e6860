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
  LOST;

  public boolean ended() {
    return this == SUCCEEDED || this == FAILED;
  }
}
