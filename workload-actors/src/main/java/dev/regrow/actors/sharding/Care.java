package dev.regrow.actors.sharding;

import dev.regrow.actors.board.Board;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Records;

/** Whether a workload has to be woken. */
final class Care {

  private Care() {}

  /** True when anything differs from what should be, or is not known. */
  static boolean needed(Records records, Board board) {
    var workload = records.workload();
    if (workload == null) {
      return !records.assignments().isEmpty();
    }
    var rollout = workload.rollout();
    boolean rolling = !rollout.done() && rollout.stalled() != rollout.revision();
    if (workload.deleted() || rolling || records.assignments().size() != workload.replicas()) {
      return true;
    }
    return records.assignments().values().stream()
        .anyMatch(
            a ->
                a.stopping()
                    || a.revision() != rollout.revision()
                    || a.restartGeneration() != rollout.restartGeneration()
                    || unsettled(a, board));
  }

  private static boolean unsettled(Assignment assignment, Board board) {
    if (assignment.ended() != null) {
      return false;
    }
    var heard = board.heard(assignment.id(), assignment.epoch());
    return heard == null
        || !heard.live().ready()
        || board.lostNodes().contains(assignment.node().uid())
        || board.draining(assignment.node().uid());
  }
}
