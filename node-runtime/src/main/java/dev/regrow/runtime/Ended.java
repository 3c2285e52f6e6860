package dev.regrow.runtime;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 *
 * @param exitCode 0..255; null when a signal ended it
 * @param signal the name without SIG; null when it exited by itself
 * @param message a sentence for people, as "killed by the kernel: its memory limit of 64Mi was hit"
 */
public record Ended(
    @Nullable Integer exitCode,
    @Nullable String signal,
    Reason reason,
    String message,
    Instant finishedAt) {

  /** Why, in the words of the API. */
  public enum Reason {
    COMPLETED,
    ERROR,
    SIGNALED,
    OOM_KILLED,
    PIDS_LIMIT,
    LIVENESS_FAILED,
    EVICTED,
    START_FAILED,
    IMAGE_PULL_FAILED,
    SHIM_LOST,
  }
}
