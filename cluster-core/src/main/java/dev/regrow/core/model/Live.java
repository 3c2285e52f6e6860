package dev.regrow.core.model;

import org.jspecify.annotations.Nullable;

/**
 * What a node last said of an instance.
 *
 * @param readySinceBootMillis when this server first heard that it is ready, CLOCK_BOOTTIME; 0: it
 *     is not
 * @param startedAt when its process was started, milliseconds since 1970 as its node has it; 0: it
 *     was not. Nothing but a preference rests on it
 * @param restarts how often it was started again in place
 * @param end how it ended; set exactly when the phase is final
 * @param message more words, for people
 * @param sequence the node's own count of its reports: a lower one is older
 */
public record Live(
    Phase phase,
    boolean ready,
    long readySinceBootMillis,
    long startedAt,
    int restarts,
    @Nullable End end,
    String message,
    long sequence) {

  /** The phase of an instance. */
  public enum Phase {
    PENDING,
    STARTING,
    RUNNING,
    BACKOFF,
    STOPPING,
    EXITED,
    FAILED;

    /** The node will not start it again. */
    public boolean isFinal() {
      return this == EXITED || this == FAILED;
    }
  }

  public Live {
    if (phase.isFinal() != (end != null)) {
      throw new IllegalArgumentException("phase " + phase + " with end " + end);
    }
    ready = ready && phase == Phase.RUNNING;
    readySinceBootMillis = ready ? readySinceBootMillis : 0;
  }

  /** The same report after an older one: who was ready already stays ready since then. */
  public Live after(@Nullable Live before) {
    if (before == null || !before.ready || !ready || before.restarts != restarts) {
      return this;
    }
    return new Live(
        phase, true, before.readySinceBootMillis, startedAt, restarts, end, message, sequence);
  }

  /** Whether an older report said all of that, too: only their numbers differ. */
  public boolean repeats(@Nullable Live before) {
    return before != null
        && equals(
            new Live(
                before.phase,
                before.ready,
                before.readySinceBootMillis,
                before.startedAt,
                before.restarts,
                before.end,
                before.message,
                sequence));
  }

  public boolean readyFor(long millis, long nowBootMillis) {
    return ready && nowBootMillis - readySinceBootMillis >= millis;
  }
}
