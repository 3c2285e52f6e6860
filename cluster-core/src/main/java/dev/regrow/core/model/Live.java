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
 * @param pulled how much of its image has come, at most so far; 0: nothing had to
 * @param pulledAtBootMillis when this server first heard that it is so much, CLOCK_BOOTTIME
 */
public record Live(
    Phase phase,
    boolean ready,
    long readySinceBootMillis,
    long startedAt,
    int restarts,
    @Nullable End end,
    String message,
    long sequence,
    long pulled,
    long pulledAtBootMillis) {

  /** Of an image that is there. */
  public Live(
      Phase phase,
      boolean ready,
      long readySinceBootMillis,
      long startedAt,
      int restarts,
      @Nullable End end,
      String message,
      long sequence) {
    this(phase, ready, readySinceBootMillis, startedAt, restarts, end, message, sequence, 0, 0);
  }

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
    pulledAtBootMillis = pulled > 0 ? pulledAtBootMillis : 0;
  }

  /**
   * The same report after an older one: who was ready already stays ready since then, and what came
   * of its image once does not come a second time.
   */
  public Live after(@Nullable Live before) {
    if (before == null) {
      return this;
    }
    boolean readyStill = before.ready && ready && before.restarts == restarts;
    boolean cameMore = pulled > before.pulled;
    return new Live(
        phase,
        ready,
        readyStill ? before.readySinceBootMillis : readySinceBootMillis,
        startedAt,
        restarts,
        end,
        message,
        sequence,
        cameMore ? pulled : before.pulled,
        cameMore ? pulledAtBootMillis : before.pulledAtBootMillis);
  }

  /**
   * Whether an older report said all of that, too, but for how far its image was: nothing is done
   * because of that.
   */
  public boolean repeats(@Nullable Live before) {
    return before != null && toldOnce().equals(before.toldOnce());
  }

  private Live toldOnce() {
    var words = phase == Phase.STARTING ? "" : message;
    return new Live(phase, ready, readySinceBootMillis, startedAt, restarts, end, words, 0);
  }

  public boolean readyFor(long millis, long nowBootMillis) {
    return ready && nowBootMillis - readySinceBootMillis >= millis;
  }
}
