package dev.regrow.core.codec;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Assignment.Intent;
import dev.regrow.core.model.Assignment.Lease;
import dev.regrow.core.model.End;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.AssignmentIntent;
import dev.regrow.v1.AssignmentLease;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Reason;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredNodeAssignment;
import org.jspecify.annotations.Nullable;

/** Assignment records. */
public final class AssignmentCodec {

  private AssignmentCodec() {}

  public static Assignment assignment(Entry entry) {
    var stored = Bytes.parse(StoredAssignment.parser(), entry.value(), entry.key());
    var slot = stored.getSlot();
    return new Assignment(
        new InstanceId(stored.getInstanceId()),
        Integer.parseInt(slot.substring(slot.lastIndexOf('-') + 1)),
        stored.getRevision(),
        stored.getRestartGeneration(),
        new NodeRef(stored.getNodeUid(), stored.getNodeName()),
        stored.getIntent() == AssignmentIntent.STOP ? Intent.STOP : Intent.RUN,
        stored.getCause(),
        stored.getPlacedAt(),
        lease(stored.getLease()),
        stored.getLeaseMillis(),
        stored.hasEnded() ? end(stored.getEnded()) : null,
        entry.createIndex(),
        Bytes.opaque(stored));
  }

  static StoredAssignment stored(Assignment assignment, String workload) {
    var stored =
        Bytes.parse(StoredAssignment.parser(), assignment.origin(), assignment.id().value())
            .toBuilder()
            .setInstanceId(assignment.id().value())
            .setSlot(workload + "-" + assignment.slot())
            .setRevision(assignment.revision())
            .setRestartGeneration(assignment.restartGeneration())
            .setNodeUid(assignment.node().uid())
            .setNodeName(assignment.node().name())
            .setIntent(assignment.stopping() ? AssignmentIntent.STOP : AssignmentIntent.RUN)
            .setCause(assignment.cause())
            .setPlacedAt(assignment.placedAt())
            .setLease(lease(assignment.lease()))
            .setLeaseMillis(assignment.leaseMillis());
    var ended = assignment.ended();
    return (ended == null ? stored : stored.setEnded(lastEnd(ended))).build();
  }

  /** What a node reads of it. */
  static StoredNodeAssignment ofNode(Assignment assignment) {
    return StoredNodeAssignment.newBuilder()
        .setIntent(assignment.stopping() ? AssignmentIntent.STOP : AssignmentIntent.RUN)
        .setLease(lease(assignment.lease()))
        .build();
  }

  /** Of the record that a node reads. */
  public static StoredNodeAssignment ofNode(Entry entry) {
    return Bytes.parse(StoredNodeAssignment.parser(), entry.value(), entry.key());
  }

  private static AssignmentLease lease(Lease lease) {
    return switch (lease) {
      case NONE -> AssignmentLease.LEASE_NONE;
      case HELD -> AssignmentLease.LEASE_HELD;
      case GIVEN_UP -> AssignmentLease.LEASE_GIVEN_UP;
    };
  }

  private static Lease lease(AssignmentLease stored) {
    return switch (stored) {
      case LEASE_HELD -> Lease.HELD;
      case LEASE_GIVEN_UP -> Lease.GIVEN_UP;
      case LEASE_NONE, UNRECOGNIZED -> Lease.NONE;
    };
  }

  static LastEnd lastEnd(End end) {
    var last =
        LastEnd.newBuilder()
            .setSignal(end.signal())
            .setReason(reason(end.reason()))
            .setStartedAt(end.startedAt())
            .setFinishedAt(end.finishedAt());
    var code = end.exitCode();
    return (code == null ? last : last.setExitCode(code)).build();
  }

  static End end(LastEnd last) {
    return new End(
        last.hasExitCode() ? last.getExitCode() : null,
        last.getSignal(),
        last.getReason() == Reason.NO_REASON ? "" : last.getReason().name(),
        last.getStartedAt(),
        last.getFinishedAt());
  }

  private static Reason reason(String name) {
    return name.isEmpty() ? Reason.NO_REASON : Reason.valueOf(name);
  }

  static @Nullable LastEnd endOf(Assignment assignment) {
    return assignment.ended() == null ? null : lastEnd(assignment.ended());
  }
}
