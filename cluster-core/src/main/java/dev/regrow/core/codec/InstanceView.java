package dev.regrow.core.codec;

import dev.regrow.core.model.Assignment;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Reason;
import org.jspecify.annotations.Nullable;

/** An instance as the API shows it: what is stored decides, what its node says fills in. */
public final class InstanceView {

  private InstanceView() {}

  /** Whose instance it is. */
  public record Owner(String namespace, String workload) {}

  /**
   * Never contradicts itself: ready only if it runs, a process only where there can be one.
   *
   * @param heard what its node last said, if anything
   * @param lost its node is gone
   * @param modIndex of the stored assignment
   */
  public static Instance of(
      Owner owner, Assignment assignment, @Nullable Instance heard, boolean lost, long modIndex) {
    var shown = heard == null ? Instance.newBuilder() : heard.toBuilder();
    shown
        .setId(assignment.id().value())
        .setNamespace(owner.namespace())
        .setWorkload(owner.workload())
        .setRevision(assignment.revision())
        .setSlot(owner.workload() + "-" + assignment.slot())
        .setNode(assignment.node().name())
        .setIndex(modIndex);
    shown.setPhase(phase(assignment, shown.getPhase(), lost));
    if (heard == null && shown.getMessage().isEmpty() && assignment.ended() == null) {
      shown.setMessage("placed, and not yet reported by its node");
    }
    var ended = AssignmentCodec.endOf(assignment);
    if (ended != null && heard == null) {
      shown.setLast(ended).setReason(ended.getReason());
      if (ended.hasExitCode()) {
        shown.setExitCode(ended.getExitCode());
      }
    }
    return consistent(shown);
  }

  /**
   * A slot that no node has room for: its id is the slot's until an instance is placed there.
   *
   * @param slot as {@code web-2}
   * @param modIndex of the stored workload
   */
  public static Instance unplaced(
      Owner owner, String slot, long revision, String why, long modIndex) {
    return Instance.newBuilder()
        .setId(slot)
        .setNamespace(owner.namespace())
        .setWorkload(owner.workload())
        .setRevision(revision)
        .setSlot(slot)
        .setPhase(InstancePhase.INSTANCE_PENDING)
        .setMessage(why)
        .setIndex(modIndex)
        .build();
  }

  private static InstancePhase phase(Assignment assignment, InstancePhase heard, boolean lost) {
    var ended = assignment.ended();
    if (ended != null) {
      return ended.succeeded() ? InstancePhase.INSTANCE_EXITED : InstancePhase.INSTANCE_FAILED;
    }
    if (lost) {
      return InstancePhase.INSTANCE_LOST;
    }
    if (heard == InstancePhase.INSTANCE_PHASE_UNSPECIFIED || heard == InstancePhase.UNRECOGNIZED) {
      return assignment.stopping()
          ? InstancePhase.INSTANCE_STOPPING
          : InstancePhase.INSTANCE_PENDING;
    }
    boolean over = heard == InstancePhase.INSTANCE_EXITED || heard == InstancePhase.INSTANCE_FAILED;
    return assignment.stopping() && !over ? InstancePhase.INSTANCE_STOPPING : heard;
  }

  private static Instance consistent(Instance.Builder shown) {
    var phase = shown.getPhase();
    boolean process =
        phase == InstancePhase.INSTANCE_RUNNING
            || phase == InstancePhase.INSTANCE_STARTING
            || phase == InstancePhase.INSTANCE_STOPPING;
    if (!process) {
      shown.clearPid();
    } else {
      shown.clearExitCode().setReason(Reason.NO_REASON);
    }
    if (phase != InstancePhase.INSTANCE_RUNNING) {
      shown.setReady(false);
    }
    if (phase != InstancePhase.INSTANCE_STARTING && shown.hasPulling()) {
      shown.clearPulling().setMessage("");
    }
    if (phase != InstancePhase.INSTANCE_BACKOFF) {
      shown.setNextStartAt(0);
    }
    return shown.build();
  }
}
