package dev.regrow.actors.control;

import dev.regrow.v1.Workload;

/** A workload after an apply, and what the apply did. */
public record Applied(Workload workload, Outcome outcome) {

  /** What an apply did. */
  public enum Outcome {
    CREATED,
    CHANGED,
    UNCHANGED
  }
}
