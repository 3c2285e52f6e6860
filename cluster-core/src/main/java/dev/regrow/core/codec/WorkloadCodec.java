package dev.regrow.core.codec;

import dev.regrow.core.model.Opaque;
import dev.regrow.core.model.Template;
import dev.regrow.core.model.Workload;
import dev.regrow.core.model.Workload.Rollout;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.StoredWorkload;

/** Workload records. What this version cannot read survives in what it writes. */
public final class WorkloadCodec {

  private WorkloadCodec() {}

  /** Of its newest revision, defaults written in. */
  public static InstanceTemplate template(Entry entry) {
    return Bytes.parse(StoredWorkload.parser(), entry.value(), entry.key())
        .getDeclared()
        .getInstance();
  }

  public static Workload workload(Entry entry) {
    var stored = Bytes.parse(StoredWorkload.parser(), entry.value(), entry.key());
    var declared = stored.getDeclared();
    return new Workload(
        declared.getNamespace(),
        declared.getName(),
        stored.getUid(),
        declared.getReplicas(),
        DeclaredCodec.policy(declared),
        DeclaredCodec.rest(declared),
        new Rollout(
            stored.getRevision(),
            stored.getRolledOut(),
            stored.getRolloutStartedAt(),
            stored.getRevertedFrom(),
            stored.getStalled(),
            stored.getRestartGeneration()),
        stored.getCreatedAt(),
        stored.getDeletedAt(),
        stored.getInstancesMade(),
        stored.getDeclaredIndex(),
        stored.getSchemaVersion(),
        entry.modIndex(),
        // Only the record around the declaration: the declaration itself is in rest and template.
        Bytes.opaque(stored.toBuilder().clearDeclared().build()),
        ContentsCodec.contents(stored.getSeenList()),
        stored.getAskedList());
  }

  static StoredWorkload stored(Workload workload, Template template) {
    var rollout = workload.rollout();
    return Bytes.parse(StoredWorkload.parser(), workload.origin(), workload.key()).toBuilder()
        .setDeclared(declared(workload.rest(), workload.replicas(), template))
        .setUid(workload.uid())
        .setRevision(rollout.revision())
        .setRolledOut(rollout.rolledOut())
        .setCreatedAt(workload.createdAt())
        .setDeletedAt(workload.deletedAt())
        .setRolloutStartedAt(rollout.startedAt())
        .setRevertedFrom(rollout.revertedFrom())
        .setStalled(rollout.stalled())
        .setRestartGeneration(rollout.restartGeneration())
        .setInstancesMade(workload.instancesMade())
        .setDeclaredIndex(workload.declaredIndex())
        .setSchemaVersion(workload.schemaVersion())
        .clearSeen()
        .addAllSeen(ContentsCodec.uses(workload.seen()))
        .clearAsked()
        .addAllAsked(workload.asked())
        .build();
  }

  /** The declaration as a manifest's message. */
  static dev.regrow.v1.Workload declared(Opaque rest, int replicas, Template template) {
    return Bytes.parse(dev.regrow.v1.Workload.parser(), rest, "declaration").toBuilder()
        .setReplicas(replicas)
        .setInstance(DeclaredCodec.template(template))
        .build();
  }
}
