package dev.regrow.actors.bootstrap;

import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Names;
import dev.regrow.core.membership.Naming;
import dev.regrow.core.membership.Scheduling;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.Machine;
import dev.regrow.v1.Capacity;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a node writes about itself into the store when it starts, its name with it. */
record Registration(NodeConfig config, NodeIdentity identity, Machine machine) {

  CompletionStage<StoredNode> in(Store store) {
    var membership = new Membership(store);
    var cluster =
        StoredCluster.newBuilder()
            .setId(identity.clusterId().toString())
            .setFeatureLevel(FeatureLevel.KNOWN)
            .setCreatedAt(System.currentTimeMillis())
            .build();
    return membership
        .cluster(cluster)
        .thenCompose(
            found -> {
              var objection = FeatureLevel.objection(found, FeatureLevel.KNOWN, "this release");
              return objection.isEmpty()
                  ? named(store)
                  : CompletableFuture.failedStage(new StartRefused(objection));
            });
  }

  private CompletionStage<StoredNode> named(Store store) {
    var asker = new Naming.Asker(identity.nodeUid(), config.name(), config.bind());
    return new Names(store)
        .register(asker, this::describe, System.currentTimeMillis())
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedStage(
                    Closing.causeOf(failure) instanceof MembershipRefused taken
                        ? new StartRefused(String.valueOf(taken.getMessage()), taken)
                        : failure));
  }

  private StoredNode describe(StoredNode before) {
    var node =
        Scheduling.returned(before).toBuilder()
            .setName(config.name())
            .setAddress(config.gatewayUrl())
            .clearRoles()
            .addAllRoles(config.roles().stream().sorted().toList())
            .setCapacity(
                Capacity.newBuilder()
                    .setCpu(machine.cpuMillis())
                    .setMemory(machine.memoryBytes())
                    .setPids(machine.pids()))
            .clearLabels()
            .putAllLabels(config.labels())
            .setVersion(Release.version())
            .setFeatureLevel(FeatureLevel.KNOWN)
            .setCgroups(machine.cgroups().name().toLowerCase(Locale.ROOT))
            .clearWarnings()
            .addAllWarnings(machine.warnings());
    if (before.getPhase() == NodePhase.NODE_PHASE_UNSPECIFIED) {
      node.setPhase(NodePhase.NODE_READY);
    }
    if (before.getJoinedAt() == 0) {
      node.setJoinedAt(System.currentTimeMillis());
    }
    return node.build();
  }
}
