package dev.regrow.actors.instance;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.v1.Instance;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Past tense: what a supervisor tells the agent of its node. */
public sealed interface Report {

  AssignmentRef assignment();

  /**
   * The instance is now like this.
   *
   * @param process while one runs
   * @param over whether it has ended for good
   */
  record Changed(
      AssignmentRef assignment, Instance instance, @Nullable RunningInstance process, boolean over)
      implements Report {}

  /** It could start, had its lease been renewed. */
  record LeaseWanted(AssignmentRef assignment) implements Report {}

  /** Something worth an event. */
  record Happened(
      AssignmentRef assignment, Instant time, String reason, String message, boolean warning)
      implements Report {}
}
