package dev.regrow.core.reconcile;

import dev.regrow.core.model.Policy;

/** What should be. */
public record Goal(int replicas, boolean deleted, Policy policy) {

  /** The most instances that may be alive at once. */
  int liveMax() {
    return replicas + policy.effectiveSurge();
  }

  /** The fewest slots with a ready instance that we may cause. */
  int readyMin() {
    return replicas - policy.effectiveUnavailable();
  }
}
