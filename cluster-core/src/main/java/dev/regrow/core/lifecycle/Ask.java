package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Declared;

/** What people ask of a workload. */
public sealed interface Ask {

  /**
   * @param uid of the workload, should it be new
   */
  record Apply(Declared declared, String uid) implements Ask {}

  record Scale(int replicas) implements Ask {}

  /**
   * @param revision 0: the one before the current
   */
  record Rollback(long revision) implements Ask {}

  record Restart() implements Ask {}

  record Delete() implements Ask {}

  /** What must hold of the workload for that. */
  sealed interface Expect {
    Expect NOTHING = new Nothing();

    record Nothing() implements Expect {}

    /** Its ETag is this. */
    record IndexIs(long index) implements Expect {}

    record Absent() implements Expect {}
  }
}
