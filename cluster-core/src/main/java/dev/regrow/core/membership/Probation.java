package dev.regrow.core.membership;

import java.time.Duration;
import java.util.Optional;

/**
 * The time between being let into a cluster system and being up in it. Whoever let a node in may be
 * gone before telling anyone: then nobody counts this node, nobody calls it up, and none of the
 * members that it knows says so.
 *
 * @param sinceNanos when it was let in
 * @param heardNanos when, for the last time, another member knew all that this node knows of the
 *     members
 */
public record Probation(long sinceNanos, long heardNanos) {

  /** Members that hear of a node tell each other within a second. */
  public static final Duration UNHEARD_OF_AFTER = Duration.ofSeconds(4);

  /** Members that are silent, which nobody is called up beside, are declared dead before that. */
  public static final Duration OVER_AFTER = Duration.ofSeconds(20);

  public static Probation begun(long nowNanos) {
    return new Probation(nowNanos, nowNanos);
  }

  /**
   * @param heard whether another member knows now what this node knows
   */
  public Probation looked(boolean heard, long nowNanos) {
    return heard ? new Probation(sinceNanos, nowNanos) : this;
  }

  /** Why it is in vain, if it is. */
  public Optional<String> failure(long nowNanos) {
    if (nowNanos - heardNanos >= UNHEARD_OF_AFTER.toNanos()) {
      return Optional.of(
          "for " + UNHEARD_OF_AFTER.toSeconds() + " s no member has heard of this node");
    }
    return nowNanos - sinceNanos >= OVER_AFTER.toNanos()
        ? Optional.of("this node was let in and not called up for " + OVER_AFTER.toSeconds() + " s")
        : Optional.empty();
  }
}
