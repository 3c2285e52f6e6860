package dev.regrow.core.lifecycle;

/**
 * What is said of a workload.
 *
 * @param reason one word, or ""
 * @param message a sentence that says what is missing, or ""
 * @param revision the last that was fully rolled out
 * @param observedIndex the index of the change that this takes in
 * @param updated instances of the current revision and restart that are there
 */
public record Status(
    Phase phase,
    String reason,
    String message,
    long revision,
    long observedIndex,
    int desired,
    int updated,
    int running,
    int ready,
    int succeeded,
    int failed) {

  /** The phase of a workload. */
  public enum Phase {
    PENDING,
    PROGRESSING,
    READY,
    DEGRADED,
    REVERTED,
    COMPLETE,
    FAILED,
    STOPPING
  }
}
