package dev.regrow.gateway.testing;

import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.Revision;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import dev.regrow.v1.WorkloadStatus;

/** What the fake cluster shows of its workloads. */
final class FakeViews {

  private FakeViews() {}

  /** A workload as it is at once after it was declared. */
  static Workload ready(Workload declared, long revision, long index) {
    return declared.toBuilder()
        .setUid("uid-" + declared.getName())
        .setRevision(revision)
        .setIndex(index)
        .setStatus(
            WorkloadStatus.newBuilder()
                .setPhase(WorkloadPhase.WORKLOAD_READY)
                .setRevision(revision)
                .setDesired(declared.getReplicas()))
        .build();
  }

  static Workload stopping(Workload before, long index) {
    return before.toBuilder()
        .setIndex(index)
        .setStatus(WorkloadStatus.newBuilder().setPhase(WorkloadPhase.WORKLOAD_STOPPING))
        .build();
  }

  /** Without what the cluster adds. */
  static Workload declared(Workload whole) {
    return whole.toBuilder().clearUid().clearRevision().clearIndex().clearStatus().build();
  }

  static Revision revision(Workload workload) {
    return Revision.newBuilder()
        .setNamespace(workload.getNamespace())
        .setWorkload(workload.getName())
        .setRevision(workload.getRevision())
        .setInstance(workload.getInstance())
        .setCause("apply")
        .setIndex(workload.getIndex())
        .build();
  }

  static Instance instance(Workload workload) {
    return Instance.newBuilder()
        .setId(workload.getName() + "-id0")
        .setSlot(workload.getName() + "-0")
        .setNamespace(workload.getNamespace())
        .setWorkload(workload.getName())
        .setRevision(workload.getRevision())
        .setAttempt(1)
        .setNode("n1")
        .setPhase(InstancePhase.INSTANCE_RUNNING)
        .setReady(true)
        .setPid(4711)
        .build();
  }

  static Event event(Workload workload) {
    return Event.newBuilder()
        .setId("e-" + workload.getIndex())
        .setNamespace(workload.getNamespace())
        .setWorkload(workload.getName())
        .setReason("Applied")
        .setIndex(workload.getIndex())
        .build();
  }

  static Node node() {
    return Node.newBuilder()
        .setName("n1")
        .setUid("node-uid")
        .addRoles("server")
        .setAddress("https://10.0.0.1:7400")
        .build();
  }

  static Node witness() {
    return Node.newBuilder().setName("w1").setUid("witness-uid").addRoles("witness").build();
  }

  static WatchEvent change(WatchType type, Workload workload) {
    return WatchEvent.newBuilder()
        .setType(type)
        .setIndex(workload.getIndex())
        .setWorkload(workload)
        .build();
  }
}
