package dev.regrow.core.reconcile;

import dev.regrow.core.model.Policy;

/** What should be. */
public record Goal(int replicas, boolean deleted, Policy policy) {

  /** The most instances that may be alive at once. */
  int liveMax() {
    return replicas + policy.effectiveSurge();
  }

  /**
   * The fewest slots with a ready instance that we may cause.
   *
   * @param stopsFirst where nothing can be started before what is there has ended
   */
  int readyMin(boolean stopsFirst) {
    int unavailable = policy.effectiveUnavailable();
    return replicas - (stopsFirst ? Math.max(1, unavailable) : unavailable);
  }
}
