package dev.regrow.core.codec;

import dev.regrow.core.model.End;
import dev.regrow.core.model.Live;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Reason;
import org.jspecify.annotations.Nullable;

/** What a node says of an instance. */
public final class LiveCodec {

  private LiveCodec() {}

  /**
   * @param nowBootMillis when it was heard
   */
  public static Live live(Instance instance, long sequence, long nowBootMillis) {
    var phase = phase(instance.getPhase());
    return new Live(
        phase,
        instance.getReady(),
        nowBootMillis,
        instance.getStartedAt(),
        instance.getRestarts(),
        phase.isFinal() ? end(instance) : null,
        instance.getMessage(),
        sequence,
        // A layer that is unpacked is a step, too.
        instance.getPulling().getBytes() + instance.getPulling().getLayers(),
        nowBootMillis);
  }

  private static Live.Phase phase(InstancePhase phase) {
    return switch (phase) {
      case INSTANCE_STARTING -> Live.Phase.STARTING;
      case INSTANCE_RUNNING -> Live.Phase.RUNNING;
      case INSTANCE_BACKOFF -> Live.Phase.BACKOFF;
      case INSTANCE_STOPPING -> Live.Phase.STOPPING;
      case INSTANCE_EXITED -> Live.Phase.EXITED;
      case INSTANCE_FAILED -> Live.Phase.FAILED;
      case INSTANCE_PENDING, INSTANCE_LOST, INSTANCE_PHASE_UNSPECIFIED, UNRECOGNIZED ->
          Live.Phase.PENDING;
    };
  }

  private static End end(Instance instance) {
    var last = instance.getLast();
    var code = code(instance);
    var reason = instance.getReason() == Reason.NO_REASON ? last.getReason() : instance.getReason();
    return new End(
        code,
        last.getSignal(),
        reason == Reason.NO_REASON ? "" : reason.name(),
        last.getStartedAt() == 0 ? instance.getStartedAt() : last.getStartedAt(),
        last.getFinishedAt());
  }

  private static @Nullable Integer code(Instance instance) {
    if (instance.hasExitCode()) {
      return instance.getExitCode();
    }
    return instance.getLast().hasExitCode() ? instance.getLast().getExitCode() : null;
  }
}
