package dev.regrow.runtime;

import dev.regrow.runtime.image.NodeImages;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The door to this machine for the node agent. It touches only what bears its own node uid.
 *
 * <p>Methods return at once; what blocks runs on threads of the runtime's own. Stages fail with a
 * {@link RuntimeFailure}.
 */
public interface NodeRuntime extends AutoCloseable {

  /** What this machine has and lacks. */
  Machine machine();

  /**
   * Finds what the last agent of this node left: living instances, to go on with untouched, and
   * those that ended meanwhile. To be called once, before the first {@link #launch}.
   */
  CompletionStage<List<RunningInstance>> adopt();

  /**
   * Starts an instance, or the next attempt of one whose last attempt has ended. Completes when
   * exec has succeeded; a failed launch leaves nothing behind but its logs and the volumes of its
   * image.
   *
   * @param permit taken once all is there that the process needs, as its image; revoked before, the
   *     launch fails and nothing was started, while what is on its way comes all the same
   */
  CompletionStage<RunningInstance> launch(LaunchSpec spec, Permit permit);

  /** A launch that nobody takes back. */
  default CompletionStage<RunningInstance> launch(LaunchSpec spec) {
    return launch(spec, new Permit());
  }

  /** The attempt of an instance that runs here at the moment. */
  Optional<RunningInstance> running(InstanceKey key);

  /** All that run here at the moment. */
  List<RunningInstance> running();

  /** What is used of this machine now. May block for a moment. */
  Load.OfMachine load();

  /**
   * What all instances of this node use together; costs the same however many they are. Its counter
   * begins anew after there were none for a while. May block for a moment.
   */
  Load.Usage usage();

  /**
   * Removes cgroup, root, the volumes of its image and state of an instance that has ended; its
   * logs stay. Idempotent.
   */
  CompletionStage<Void> discard(InstanceKey key);

  /** Removes the logs as well. Idempotent. */
  CompletionStage<Void> forget(InstanceKey key);

  /** Deletes what a slot has kept in a named volume. Idempotent. */
  CompletionStage<Void> deleteVolume(String namespace, String volume, String slot);

  Logs logs();

  /** What instances here are, or may be, started from. */
  NodeImages images();

  /** Stops watching; the instances live on. */
  @Override
  void close();
}
