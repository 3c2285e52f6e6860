package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Policy;
import dev.regrow.core.model.Revision;
import java.util.List;
import java.util.Set;

/** What is to be done for a decision, in the order given. */
public sealed interface Effect {

  /**
   * Store all changes or none, if the workload's record is still the one of {@code modIndex} (0:
   * there is none); tell the machine what came of it.
   */
  record Commit(long modIndex, List<Change> changes) implements Effect {
    public Commit {
      changes = List.copyOf(changes);
    }
  }

  /** Read the records again, tell the machine, then ask again what was in flight, if it is said. */
  record Reload(boolean askAgain) implements Effect {}

  record SendRun(Target target, Assignment assignment, Revision revision, Policy policy)
      implements Effect {}

  record SendStop(Target target, String reason) implements Effect {}

  record SendForget(Target target) implements Effect {}

  /** Ask the store's leader how long ago a node's lease was renewed; tell the machine. */
  record AskLease(String nodeUid, Set<InstanceId> ids) implements Effect {
    public AskLease {
      ids = Set.copyOf(ids);
    }
  }

  record Reply(long token, Answer answer) implements Effect {}

  /**
   * Reply so if the workload's record is still the one of {@code modIndex} (0: there is none), as
   * the store says when it is asked now; else read the records again and ask anew. An answer
   * without a commit says what is true, and a twin elsewhere may have changed that.
   */
  record Confirm(long modIndex, long token, Answer answer) implements Effect {}

  /** Tick at this CLOCK_BOOTTIME in milliseconds; replaces the timer before. */
  record ArmTimer(long atBootMillis) implements Effect {}

  /** Nothing is to be waited for. */
  record ClearTimer() implements Effect {}

  /**
   * Tick once what else has come by then is learned; of several that are asked for meanwhile one is
   * enough.
   *
   * @param afterMillis 0: at once, but after what waits already
   */
  record Look(long afterMillis) implements Effect {}
}
