package dev.regrow.core.codec;

import dev.regrow.core.lifecycle.Status;
import dev.regrow.schema.Visible;
import dev.regrow.v1.WorkloadPhase;
import dev.regrow.v1.WorkloadStatus;

/** A workload's status as the API shows it. */
public final class StatusCodec {

  private StatusCodec() {}

  public static WorkloadStatus shown(Status status) {
    return WorkloadStatus.newBuilder()
        .setPhase(phase(status.phase()))
        .setReason(status.reason())
        .setMessage(Visible.line(status.message()))
        .setRevision(status.revision())
        .setObservedIndex(status.observedIndex())
        .setDesired(status.desired())
        .setUpdated(status.updated())
        .setRunning(status.running())
        .setReady(status.ready())
        .setSucceeded(status.succeeded())
        .setFailed(status.failed())
        .build();
  }

  private static WorkloadPhase phase(Status.Phase phase) {
    return switch (phase) {
      case PENDING -> WorkloadPhase.WORKLOAD_PENDING;
      case PROGRESSING -> WorkloadPhase.WORKLOAD_PROGRESSING;
      case READY -> WorkloadPhase.WORKLOAD_READY;
      case DEGRADED -> WorkloadPhase.WORKLOAD_DEGRADED;
      case REVERTED -> WorkloadPhase.WORKLOAD_REVERTED;
      case COMPLETE -> WorkloadPhase.WORKLOAD_COMPLETE;
      case FAILED -> WorkloadPhase.WORKLOAD_FAILED;
      case STOPPING -> WorkloadPhase.WORKLOAD_STOPPING;
    };
  }
}
