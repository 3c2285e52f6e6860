package dev.regrow.gateway;

import dev.regrow.actors.control.Applied;
import dev.regrow.actors.control.Caller;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.CutOff;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.Objects;
import dev.regrow.actors.control.Precondition;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.actors.control.Refusal;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Config;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.Plan;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Stands in while this node is in no cluster: refuses everything, with the reason, but tells of the
 * cluster what a server knows by itself.
 */
final class AbsentControlPlane implements ControlPlane {

  private final Supplier<String> reason;
  private final LongSupplier index;
  private final Supplier<Optional<Store>> leaderless;

  /**
   * @param leaderless the store of a server while it takes no writes
   */
  AbsentControlPlane(
      Supplier<String> reason, LongSupplier index, Supplier<Optional<Store>> leaderless) {
    this.reason = reason;
    this.index = index;
    this.leaderless = leaderless;
  }

  private Refusal refusal() {
    return new Refusal(Refusal.Kind.UNAVAILABLE, reason.get());
  }

  private <T> CompletionStage<T> refused() {
    return CompletableFuture.failedFuture(refusal());
  }

  @Override
  public Optional<String> notReady() {
    return Optional.of(reason.get());
  }

  @Override
  public Objects<Config> configs() {
    throw refusal();
  }

  @Override
  public Objects<Secret> secrets() {
    throw refusal();
  }

  @Override
  public CompletionStage<Cluster> rotateSecretKey() {
    return refused();
  }

  @Override
  public Objects<NamedVolume> volumes() {
    throw refusal();
  }

  @Override
  public Objects<Namespace> namespaces() {
    throw refusal();
  }

  @Override
  public long index() {
    return index.getAsLong();
  }

  @Override
  public CompletionStage<Applied> apply(
      Workload declared, Precondition precondition, boolean newestImage) {
    return refused();
  }

  @Override
  public CompletionStage<Plan> plan(Workload declared, boolean newestImage, Caller caller) {
    return refused();
  }

  @Override
  public CompletionStage<Workload> scale(WorkloadRef ref, int replicas, Precondition precondition) {
    return refused();
  }

  @Override
  public CompletionStage<Workload> rollback(
      WorkloadRef ref, long revision, Precondition precondition) {
    return refused();
  }

  @Override
  public CompletionStage<Workload> restart(WorkloadRef ref, Precondition precondition) {
    return refused();
  }

  @Override
  public CompletionStage<Workload> delete(WorkloadRef ref, Precondition precondition) {
    return refused();
  }

  @Override
  public CompletionStage<Workload> workload(WorkloadRef ref, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Listing<Workload>> workloads(ListQuery query, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Listing<Revision>> revisions(ListQuery query, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Listing<Instance>> instances(ListQuery query, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Instance> instance(String namespace, String idOrSlot, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Listing<Node>> nodes(ListQuery query, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Node> node(String name, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Node> cordon(String node) {
    return refused();
  }

  @Override
  public CompletionStage<Node> uncordon(String node) {
    return refused();
  }

  @Override
  public CompletionStage<Cluster> raiseFeatureLevel() {
    return refused();
  }

  @Override
  public CompletionStage<Node> drain(String node, Duration timeout) {
    return refused();
  }

  @Override
  public CompletionStage<Node> promote(String node) {
    return refused();
  }

  @Override
  public CompletionStage<Node> demote(String node) {
    return refused();
  }

  @Override
  public CompletionStage<Node> remove(String node, boolean force) {
    return refused();
  }

  @Override
  public CompletionStage<Listing<Event>> events(ListQuery query, ReadPoint at) {
    return refused();
  }

  @Override
  public CompletionStage<Cluster> cluster(ReadPoint at) {
    return leaderless
        .get()
        .filter(opened -> !at.consistent())
        .map(CutOff::cluster)
        .orElseGet(this::refused);
  }

  @Override
  public CompletionStage<Backup> backup(boolean withKey) {
    return refused();
  }

  @Override
  public CompletionStage<Cluster> restore(Backup backup) {
    return refused();
  }

  @Override
  public Subscription watch(WatchKind kind, ListQuery query, long since, WatchSink sink) {
    sink.onEnd(refusal());
    return () -> {};
  }
}
