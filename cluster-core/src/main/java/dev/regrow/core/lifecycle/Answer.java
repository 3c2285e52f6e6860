package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Records;

/** What became of an {@link Ask}. */
public sealed interface Answer {

  /**
   * It is so, on the disks of a majority.
   *
   * @param records as they were right after
   */
  record Done(Outcome outcome, Records records) implements Answer {}

  /** It was not done; the sentence says why, and what helps. */
  record Refused(Why why, String message) implements Answer {}

  /** What an apply did. */
  enum Outcome {
    CREATED,
    CHANGED,
    UNCHANGED
  }

  /** Callers branch on this. */
  enum Why {
    NOT_FOUND,
    CONFLICT,
    STALE,
    INVALID,
    UNAVAILABLE,
    OUTCOME_UNKNOWN,
    DISK_FULL,
    TOO_LARGE
  }
}
