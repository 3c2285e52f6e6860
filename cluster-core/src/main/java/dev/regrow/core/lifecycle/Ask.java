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

  /**
   * Which request this is, as it may come several times.
   *
   * @param number the same each time, and of no other request; 0: it comes once
   * @param since 0: it comes for the first time; else the store's index when it did, and whether it
   *     was carried out since then is not known
   */
  record Attempt(long number, long since) {
    static final Attempt ONLY = new Attempt(0, 0);

    boolean again() {
      return since > 0;
    }
  }

  /** What must hold of the workload for that. */
  sealed interface Expect {
    Expect NOTHING = new Nothing();

    record Nothing() implements Expect {}

    /** Its ETag is this. */
    record IndexIs(long index) implements Expect {}

    record Absent() implements Expect {}
  }
}
