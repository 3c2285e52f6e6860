package dev.regrow.actors.instance;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.runtime.Ended;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.image.PullProgress;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Pulling;
import dev.regrow.v1.Reason;
import java.time.Instant;

/**
 * What is said of an instance, kept as the API's own message. While no process runs, exit code,
 * reason and {@code last} are those of the latest end; while one runs, only {@code last} is.
 */
final class InstanceStatus {

  private final Instance.Builder instance;

  InstanceStatus(AssignmentRef assignment, String nodeName, InstanceMemory memory) {
    instance =
        Instance.newBuilder()
            .setId(assignment.instanceId())
            .setNamespace(assignment.namespace())
            .setWorkload(assignment.workload())
            .setSlot(assignment.slot())
            .setRevision(assignment.revision())
            .setNode(nodeName)
            .addAllPorts(memory.surface().getPortsList())
            .setPhase(InstancePhase.INSTANCE_PENDING);
    if (memory.last().getFinishedAt() != 0) {
      instance.setLast(memory.last());
    }
  }

  Instance toInstance() {
    return instance.build();
  }

  int attempt() {
    return instance.getAttempt();
  }

  void starting(int attempt) {
    clearProcess();
    instance
        .setPhase(InstancePhase.INSTANCE_STARTING)
        .setAttempt(attempt)
        .setRestarts(attempt - 1)
        .clearStartedAt();
  }

  /** Its image is on its way here. */
  void pulling(PullProgress progress) {
    instance
        .setMessage(Words.of(progress))
        .setPulling(
            Pulling.newBuilder()
                .setBytes(progress.bytes())
                .setBytesInAll(progress.bytesInAll())
                .setLayers(progress.layers())
                .setLayersInAll(progress.layersInAll()));
  }

  void running(RunningInstance process, boolean ready) {
    clearProcess();
    instance
        .setPhase(InstancePhase.INSTANCE_RUNNING)
        .setAttempt(process.attempt())
        .setRestarts(process.attempt() - 1)
        .setPid(process.pid())
        .setStartedAt(process.startedAt().toEpochMilli())
        .setReady(ready)
        .setAddress(process.address())
        .clearWarnings()
        .addAllWarnings(process.warnings());
  }

  void ready(boolean ready, String why) {
    instance.setReady(ready).setMessage(why);
  }

  void stopping(String why) {
    instance
        .setPhase(InstancePhase.INSTANCE_STOPPING)
        .setReady(false)
        .clearPulling()
        .setMessage(why);
  }

  /** The attempt ended; what follows from it is said next. */
  LastEnd ended(Ended ended) {
    var last =
        LastEnd.newBuilder()
            .setReason(reasonOf(ended.reason()))
            .setSignal(ended.signal() == null ? "" : ended.signal())
            .setStartedAt(instance.getStartedAt())
            .setFinishedAt(ended.finishedAt().toEpochMilli());
    clearProcess();
    if (ended.exitCode() != null) {
      last.setExitCode(ended.exitCode());
      instance.setExitCode(ended.exitCode());
    }
    instance.setReason(last.getReason()).setMessage(ended.message()).setLast(last);
    return last.build();
  }

  /** It ended and waits to hear whether it is still wanted here. */
  void pending() {
    instance.setPhase(InstancePhase.INSTANCE_PENDING);
  }

  /** It may not start before its node has a lease for it. */
  void awaitingLease() {
    clearProcess();
    instance
        .setPhase(InstancePhase.INSTANCE_PENDING)
        .setMessage("waits until the majority grants its node a lease for it")
        .clearStartedAt();
  }

  void backoff(Instant until) {
    instance
        .setPhase(InstancePhase.INSTANCE_BACKOFF)
        .setNextStartAt(until.toEpochMilli())
        .clearStartedAt();
  }

  void over(boolean failed) {
    if (instance.hasPulling()) {
      instance.clearPulling().setMessage("");
    }
    instance
        .setPhase(failed ? InstancePhase.INSTANCE_FAILED : InstancePhase.INSTANCE_EXITED)
        .setReady(false)
        .clearPid()
        .clearAddress()
        .clearNextStartAt();
  }

  void reordered(AssignmentRef assignment) {
    instance.setRevision(assignment.revision());
  }

  private void clearProcess() {
    instance
        .setReady(false)
        .clearPid()
        .clearAddress()
        .clearExitCode()
        .clearNextStartAt()
        .clearPulling()
        .setReason(Reason.NO_REASON)
        .setMessage("");
  }

  private static Reason reasonOf(Ended.Reason reason) {
    return switch (reason) {
      case COMPLETED -> Reason.COMPLETED;
      case ERROR -> Reason.ERROR;
      case SIGNALED -> Reason.SIGNALED;
      case OOM_KILLED -> Reason.OOM_KILLED;
      case PIDS_LIMIT -> Reason.PIDS_LIMIT;
      case LIVENESS_FAILED -> Reason.LIVENESS_FAILED;
      case EVICTED -> Reason.EVICTED;
      case START_FAILED -> Reason.START_FAILED;
      case IMAGE_PULL_FAILED -> Reason.IMAGE_PULL_FAILED;
      case SHIM_LOST -> Reason.SHIM_LOST;
    };
  }
}
