package dev.regrow.core.model;

import org.jspecify.annotations.Nullable;

/**
 * The durable decision that an instance is to be on a node.
 *
 * @param slot the ordinal of its slot, from 0
 * @param cause why it is so, in words
 * @param placedAt milliseconds since 1970
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
    @Nullable End ended,
    long epoch,
    Opaque origin) {

  /** What is wanted of it. */
  public enum Intent {
    RUN,
    STOP
  }

  public boolean stopping() {
    return intent == Intent.STOP;
  }

  public Assignment toStop(String why) {
    return new Assignment(
        id,
        slot,
        revision,
        restartGeneration,
        node,
        Intent.STOP,
        why,
        placedAt,
        ended,
        epoch,
        origin);
  }

  public Assignment endedWith(End end) {
    return new Assignment(
        id, slot, revision, restartGeneration, node, intent, cause, placedAt, end, epoch, origin);
  }

  public Assignment madeAt(long index) {
    return new Assignment(
        id, slot, revision, restartGeneration, node, intent, cause, placedAt, ended, index, origin);
  }
}
