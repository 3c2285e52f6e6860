package dev.regrow.actors.bootstrap;

import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.Machine;
import dev.regrow.v1.Capacity;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What a node writes about itself into the store when it starts. */
record Registration(NodeConfig config, NodeIdentity identity, Machine machine) {

  private static final int FEATURE_LEVEL = 1;

  CompletionStage<StoredNode> in(Store store) {
    var membership = new Membership(store);
    var cluster =
        StoredCluster.newBuilder()
            .setId(identity.clusterId().toString())
            .setFeatureLevel(FEATURE_LEVEL)
            .setCreatedAt(System.currentTimeMillis())
            .build();
    return membership
        .cluster(cluster)
        .thenCompose(made -> membership.register(identity.nodeUid(), this::describe));
  }

  private StoredNode describe(StoredNode before) {
    var node =
        before.toBuilder()
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
            .setVersion(version())
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

  private static String version() {
    return Optional.ofNullable(Registration.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
