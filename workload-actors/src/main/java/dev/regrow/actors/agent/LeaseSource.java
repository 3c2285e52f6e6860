package dev.regrow.actors.agent;

import dev.regrow.runtime.InstanceKey;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Where an agent has its node's lease renewed: by the store's leader, whether or not there is a
 * cluster system. Thread-safe, never blocking; answers or fails within seconds.
 */
@FunctionalInterface
public interface LeaseSource {

  /** Renews, and says for which assignments. */
  CompletionStage<List<Grant>> renew();

  /**
   * The lease covers this assignment.
   *
   * @param epoch of the assignment
   * @param run false: it is being stopped, and must not be started
   */
  record Grant(InstanceKey key, long epoch, boolean run) {}
}
