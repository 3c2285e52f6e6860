package dev.regrow.actors.control;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.actors.board.Board;
import dev.regrow.actors.bootstrap.Release;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.core.membership.Scheduling;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.v1.Capacity;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Member;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreHealth;
import dev.regrow.v1.StoreServer;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Nodes and the cluster as a whole: what is stored of them, filled in with what they say. */
final class NodeReads {

  private static final Duration GROUP_WITHIN = Duration.ofSeconds(2);

  private static final String WITNESS = "witness";

  private final Store store;
  private final Board board;

  NodeReads(Store store, Board board) {
    this.store = store;
    this.board = board;
  }

  /** A page of those with the query's labels. */
  CompletionStage<Listing<Node>> nodes(ListQuery query, ReadPoint at) {
    return nodes(at)
        .thenApply(
            all ->
                Pages.cut(
                    all.items().stream().filter(node -> labelled(node, query)).toList(),
                    Node::getName,
                    query,
                    all.index()));
  }

  /** Not those that were removed, nor one that has told no more yet than where it is. */
  static boolean isShown(Entry entry) {
    var node = stored(entry);
    return node.getRemovedAt() == 0 && !node.getName().isEmpty();
  }

  static boolean labelled(Node node, ListQuery query) {
    return node.getLabelsMap().entrySet().containsAll(query.labels().entrySet());
  }

  private CompletionStage<Listing<Node>> nodes(ReadPoint at) {
    return store
        .range(Reads.at(RangeQuery.prefix(Keys.NODES), at))
        .thenApply(
            found ->
                new Listing<>(
                    found.entries().stream()
                        .filter(NodeReads::isShown)
                        .map(this::node)
                        .sorted(Comparator.comparing(Node::getName))
                        .toList(),
                    found.index(),
                    ""))
        .thenCompose(this::withWitnesses);
  }

  /** A witness says nothing of itself: whether it is there is what the store's leader knows. */
  private CompletionStage<Listing<Node>> withWitnesses(Listing<Node> listing) {
    if (listing.items().stream().noneMatch(NodeReads::isWitness)) {
      return CompletableFuture.completedFuture(listing);
    }
    return group()
        .thenApply(
            group ->
                new Listing<>(
                    listing.items().stream()
                        .map(node -> isWitness(node) ? seen(node, group) : node)
                        .toList(),
                    listing.index(),
                    listing.next()));
  }

  private static Node seen(Node witness, Optional<StoreGroup> group) {
    boolean there =
        group.stream()
            .flatMap(known -> known.members().stream())
            .anyMatch(one -> one.nodeUid().equals(witness.getUid()) && one.reachable());
    return there ? witness : witness.toBuilder().setPhase(NodePhase.NODE_UNREACHABLE).build();
  }

  private static boolean isWitness(Node node) {
    return node.getRolesList().contains(WITNESS);
  }

  CompletionStage<Node> node(String name, ReadPoint at) {
    return nodes(at).thenApply(nodes -> one(nodes.items(), name));
  }

  /** A cluster from before names were kept may have two of one name: then only the uid tells. */
  private static Node one(List<Node> nodes, String name) {
    var found =
        nodes.stream()
            .filter(node -> node.getName().equals(name) || node.getUid().equals(name))
            .toList();
    if (found.isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no node %s".formatted(name));
    }
    if (found.size() > 1) {
      throw new Refusal(
          Refusal.Kind.CONFLICT,
          "there are %d nodes called %s; name the one that is meant by its uid: %s"
              .formatted(
                  found.size(),
                  name,
                  String.join(
                      ", ",
                      found.stream()
                          .map(node -> "%s (%s)".formatted(node.getUid(), node.getAddress()))
                          .toList())));
    }
    return found.get(0);
  }

  Node node(Entry entry) {
    var stored = stored(entry);
    var node =
        Node.newBuilder()
            .setName(stored.getName())
            .setUid(stored.getUid())
            .setAddress(stored.getAddress())
            .addAllRoles(stored.getRolesList())
            .setCapacity(stored.getCapacity())
            .setAllocated(Capacity.getDefaultInstance())
            .setUsed(Capacity.getDefaultInstance())
            .putAllLabels(stored.getLabelsMap())
            .setVersion(stored.getVersion())
            .setFeatureLevel(FeatureLevel.of(stored))
            .setCgroups(stored.getCgroups())
            .addAllWarnings(stored.getWarningsList())
            .setIndex(entry.modIndex());
    board.summary(stored.getUid()).ifPresent(summary -> fill(node, summary));
    int remaining = node.getAllocated().getInstances();
    Scheduling.drain(stored, remaining).ifPresent(node::setDrain);
    return node.setPhase(phase(stored)).build();
  }

  private NodePhase phase(StoredNode stored) {
    if (stored.getPhase() != NodePhase.NODE_READY
        && stored.getPhase() != NodePhase.NODE_PHASE_UNSPECIFIED) {
      return stored.getPhase();
    }
    if (stored.getRolesList().contains(WITNESS)) {
      return NodePhase.NODE_READY;
    }
    if (stored.getAwayUntil() > 0 || !board.speaking(stored.getUid())) {
      return NodePhase.NODE_UNREACHABLE;
    }
    return switch (stored.getScheduling()) {
      case DRAINING -> NodePhase.NODE_DRAINING;
      case CORDONED -> NodePhase.NODE_CORDONED;
      case OPEN, UNRECOGNIZED -> NodePhase.NODE_READY;
    };
  }

  private static void fill(Node.Builder node, NodeFact.Summary summary) {
    node.setCapacity(
            Capacity.newBuilder()
                .setCpu(summary.cpuMillisCapacity())
                .setMemory(summary.memoryBytesCapacity())
                .setPids(summary.pidsCapacity()))
        .setAllocated(
            Capacity.newBuilder()
                .setCpu(summary.cpuMillisReserved())
                .setMemory(summary.memoryBytesReserved())
                .setPids(summary.pidsReserved())
                .setInstances(summary.instances()))
        .setUsed(
            Capacity.newBuilder()
                .setCpu(summary.cpuMillisUsed())
                .setMemory(summary.memoryBytesUsed())
                .setInstances(summary.instances()))
        .clearWarnings()
        .addAllWarnings(summary.warnings());
  }

  CompletionStage<Cluster> cluster(ReadPoint at) {
    return store
        .range(Reads.at(RangeQuery.prefix("cluster/"), at))
        .thenCompose(
            records ->
                nodes(new ReadPoint(false, records.index()))
                    .thenCombine(
                        count(Keys.WORKLOADS, records.index())
                            .thenCombine(
                                count(Keys.ASSIGNMENTS, records.index()),
                                (workloads, instances) -> List.of(workloads, instances)),
                        (nodes, counts) -> cluster(records, nodes, counts)))
        .thenCombine(group(), NodeReads::withGroup);
  }

  /** Without a leader while there is none; empty where nothing can be told of it. */
  private CompletionStage<Optional<StoreGroup>> group() {
    if (!(store instanceof StoreMembership servers)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return soon(servers.group())
        .exceptionallyCompose(nobodyLeads -> soon(servers.lookAround()))
        .handle(
            (group, failure) ->
                failure == null ? Optional.of(group) : Optional.<StoreGroup>empty());
  }

  private static CompletableFuture<StoreGroup> soon(CompletionStage<StoreGroup> answer) {
    return answer
        .toCompletableFuture()
        .copy()
        .orTimeout(GROUP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Cluster withGroup(Cluster.Builder cluster, Optional<StoreGroup> known) {
    if (known.isEmpty()) {
      cluster.getStoreBuilder().setOutlook("has no leader now: writes wait until it has one");
      return cluster.build();
    }
    var group = known.get();
    var names = new HashMap<String, String>();
    cluster.getMembersList().forEach(member -> names.put(member.getUid(), member.getName()));
    var health = cluster.getStoreBuilder().setOutlook(outlook(group, names));
    for (var server : group.members()) {
      health.addServers(
          StoreServer.newBuilder()
              .setNode(names.getOrDefault(server.nodeUid(), server.nodeUid()))
              .setAddress(server.address())
              .setVoter(server.voter())
              .setWitness(server.witness())
              .setLeader(server.leader())
              .setReachable(server.reachable())
              .setLag(server.lag()));
    }
    group
        .leader()
        .ifPresent(
            leader -> {
              cluster.setLeader(names.getOrDefault(leader.nodeUid(), leader.nodeUid()));
              cluster
                  .getMembersBuilderList()
                  .forEach(member -> member.setLeader(member.getUid().equals(leader.nodeUid())));
            });
    return cluster.build();
  }

  private static String outlook(StoreGroup group, Map<String, String> names) {
    if (group.failuresTolerated() >= 0) {
      return group.leader().isPresent()
          ? group.outlook()
          : "has no leader now: writes wait until it has one";
    }
    var lost =
        group.voters().stream()
            .filter(server -> !server.reachable())
            .map(server -> names.getOrDefault(server.nodeUid(), server.address()))
            .sorted()
            .toList();
    return "has no quorum: %d of %d servers do not answer (%s); nothing can be changed until %s back, what runs goes on"
        .formatted(
            lost.size(),
            group.voters().size(),
            String.join(", ", lost),
            missing(group) == 1 ? "one of them is" : missing(group) + " of them are");
  }

  private static int missing(StoreGroup group) {
    return group.voters().size() / 2
        + 1
        - (int) group.voters().stream().filter(StoreGroup.Member::reachable).count();
  }

  private Cluster.Builder cluster(RangeResult records, Listing<Node> nodes, List<Long> counts) {
    var meta = StoredCluster.getDefaultInstance();
    try {
      for (var entry : records.entries()) {
        if (entry.key().equals(Keys.META)) {
          meta = StoredCluster.parseFrom(entry.value());
        }
      }
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the records of the cluster cannot be read", damaged);
    }
    return Cluster.newBuilder()
        .setId(meta.getId())
        .setVersion(Release.version())
        .setIndex(records.index())
        .setFeatureLevel(FeatureLevel.of(meta))
        .setFeatureLevelKnown(
            nodes.items().stream().mapToInt(Node::getFeatureLevel).min().orElse(FeatureLevel.FIRST))
        .addAllMembers(nodes.items().stream().map(NodeReads::member).toList())
        .setStore(health())
        .setWorkloads(counts.get(0))
        .setInstances(counts.get(1));
  }

  private static Member member(Node node) {
    return Member.newBuilder()
        .setName(node.getName())
        .setAddress(node.getAddress())
        .addAllRoles(node.getRolesList())
        .setPhase(node.getPhase())
        .setUid(node.getUid())
        .setVersion(node.getVersion())
        .setFeatureLevel(node.getFeatureLevel())
        .addAllTroubles(
            node.getWarningsList().stream()
                .filter(warning -> warning.startsWith(NodeFact.Summary.OF_STORE))
                .map(warning -> warning.substring(NodeFact.Summary.OF_STORE.length()))
                .toList())
        .build();
  }

  private StoreHealth health() {
    var health = store.health();
    return StoreHealth.newBuilder()
        .setWritable(health.writable())
        .setMessage(health.message())
        .setAppliedIndex(store.appliedIndex())
        .setKeys(health.keys())
        .setSnapshotIndex(health.snapshotIndex())
        .build();
  }

  private CompletableFuture<Long> count(String prefix, long index) {
    return store
        .range(RangeQuery.prefix(prefix).atLeast(index))
        .thenApply(found -> (long) found.entries().size())
        .toCompletableFuture();
  }

  private static StoredNode stored(Entry entry) {
    try {
      return StoredNode.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + entry.key() + " cannot be read", damaged);
    }
  }
}
