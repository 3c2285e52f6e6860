package dev.regrow.gateway.testing;

import dev.regrow.actors.control.Applied;
import dev.regrow.actors.control.Caller;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.Objects;
import dev.regrow.actors.control.Precondition;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.actors.control.Refusal;
import dev.regrow.actors.control.StoredObjects;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.core.store.testing.OneKeyVault;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Config;
import dev.regrow.v1.Drain;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Secret;
import dev.regrow.v1.StoreHealth;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one map: every change happens at once, at the next index, and each workload has one
 * running instance {@code NAME-0}. Thread-safe.
 */
public final class FakeControlPlane implements ControlPlane {

  private final FakeWorkloads kept = new FakeWorkloads();
  private final FakeWatches watches = new FakeWatches();
  private final InMemoryStore objects = new InMemoryStore();
  private final Objects<Config> configs = StoredObjects.configs(objects, () -> 0);
  private final Objects<Secret> secrets =
      StoredObjects.secrets(objects, new OneKeyVault(), () -> 0);
  private final Objects<NamedVolume> volumes = StoredObjects.volumes(objects, () -> 0);
  private final Objects<Namespace> namespaces = StoredObjects.namespaces(objects, () -> 0);
  private @Nullable Refusal refusal;
  private boolean silent;
  private long behind;
  private @Nullable ReadPoint lastReadPoint;
  private final List<Caller> planners = new ArrayList<>();

  /** From now on everything is refused like this; null: no longer. */
  public synchronized void refuse(@Nullable Refusal with) {
    refusal = with;
  }

  /** From now on nothing is ever answered. */
  public synchronized void fallSilent() {
    silent = true;
  }

  public synchronized Optional<ReadPoint> lastReadPoint() {
    return Optional.ofNullable(lastReadPoint);
  }

  /** For whom something was planned, in order. */
  public synchronized List<Caller> planners() {
    return List.copyOf(planners);
  }

  public int watchers() {
    return watches.count();
  }

  /** Everything that is declared, to see whether anything changed. */
  public synchronized Map<String, Workload> declared() {
    return kept.all();
  }

  /** Ends all watches. */
  public void endWatches(Refusal cause) {
    watches.end(cause);
  }

  @Override
  public Objects<Secret> secrets() {
    return secrets;
  }

  @Override
  public CompletionStage<Cluster> rotateSecretKey() {
    return cluster(ReadPoint.LOCAL);
  }

  @Override
  public Objects<NamedVolume> volumes() {
    return volumes;
  }

  @Override
  public Objects<Namespace> namespaces() {
    return namespaces;
  }

  @Override
  public Objects<Config> configs() {
    return configs;
  }

  @Override
  public synchronized Optional<String> notReady() {
    return Optional.ofNullable(refusal).map(Refusal::getMessage);
  }

  @Override
  public CompletionStage<Applied> apply(
      Workload declared, Precondition precondition, boolean newestImage) {
    return answer(
        () -> {
          var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
          var before = kept.find(ref);
          FakeWorkloads.check(ref, before, precondition);
          var wanted = withReplicas(declared, before);
          if (before != null && FakeViews.declared(before).equals(wanted)) {
            return new Applied(before, Applied.Outcome.UNCHANGED);
          }
          return new Applied(
              put(ref, before, wanted),
              before == null ? Applied.Outcome.CREATED : Applied.Outcome.CHANGED);
        });
  }

  private static Workload withReplicas(Workload declared, @Nullable Workload before) {
    return declared.hasReplicas()
        ? declared
        : declared.toBuilder().setReplicas(before == null ? 1 : before.getReplicas()).build();
  }

  private Workload put(WorkloadRef ref, @Nullable Workload before, Workload declared) {
    var after = kept.put(ref, before, declared);
    watches.tell(WatchType.PUT, after);
    return after;
  }

  @Override
  public CompletionStage<Plan> plan(Workload declared, boolean newestImage, Caller caller) {
    return answer(
        () -> {
          planners.add(caller);
          var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
          return Plan.newBuilder()
              .setNamespace(ref.namespace())
              .setName(ref.name())
              .setAction(kept.find(ref) == null ? PlanAction.CREATE : PlanAction.UPDATE)
              .build();
        });
  }

  @Override
  public CompletionStage<Workload> scale(WorkloadRef ref, int replicas, Precondition precondition) {
    return answer(
        () -> {
          var before = kept.found(ref, precondition);
          var declared = FakeViews.declared(before).toBuilder().setReplicas(replicas);
          return put(ref, before, declared.build());
        });
  }

  @Override
  public CompletionStage<Workload> rollback(
      WorkloadRef ref, long revision, Precondition precondition) {
    return answer(
        () -> {
          var before = kept.found(ref, precondition);
          long wanted = revision == 0 ? before.getRevision() - 1 : revision;
          var target =
              kept.revisions(ref).stream()
                  .filter(one -> one.getRevision() == wanted)
                  .findFirst()
                  .orElseThrow(() -> notFound(ref + " has no revision " + wanted));
          var declared = FakeViews.declared(before).toBuilder().setInstance(target.getInstance());
          return put(ref, before, declared.build());
        });
  }

  @Override
  public CompletionStage<Workload> restart(WorkloadRef ref, Precondition precondition) {
    return answer(
        () -> {
          var before = kept.found(ref, precondition);
          return put(ref, before, FakeViews.declared(before));
        });
  }

  @Override
  public CompletionStage<Workload> delete(WorkloadRef ref, Precondition precondition) {
    return answer(
        () -> {
          var stopping = kept.remove(ref, kept.found(ref, precondition));
          watches.tell(WatchType.DELETE, stopping);
          return stopping;
        });
  }

  @Override
  public CompletionStage<Workload> workload(WorkloadRef ref, ReadPoint at) {
    return read(at, () -> kept.found(ref));
  }

  @Override
  public CompletionStage<Listing<Workload>> workloads(ListQuery query, ReadPoint at) {
    return read(at, () -> kept.page(query, kept.matching(query)));
  }

  @Override
  public CompletionStage<Listing<Revision>> revisions(ListQuery query, ReadPoint at) {
    return read(
        at,
        () -> {
          var workload = kept.matching(query).stream().findFirst();
          var ref = workload.map(one -> new WorkloadRef(one.getNamespace(), one.getName()));
          return kept.page(query, ref.map(kept::revisions).orElse(List.of()));
        });
  }

  @Override
  public CompletionStage<Listing<Instance>> instances(ListQuery query, ReadPoint at) {
    return read(
        at,
        () -> kept.page(query, kept.matching(query).stream().map(FakeViews::instance).toList()));
  }

  @Override
  public CompletionStage<Instance> instance(String namespace, String idOrSlot, ReadPoint at) {
    return read(
        at,
        () ->
            kept.all().values().stream()
                .filter(one -> one.getNamespace().equals(namespace))
                .map(FakeViews::instance)
                .filter(one -> one.getId().equals(idOrSlot) || one.getSlot().equals(idOrSlot))
                .findFirst()
                .orElseThrow(() -> notFound("there is no instance " + namespace + "/" + idOrSlot)));
  }

  @Override
  public CompletionStage<Listing<Node>> nodes(ListQuery query, ReadPoint at) {
    return read(at, () -> new Listing<>(List.of(FakeViews.node()), kept.index(), ""));
  }

  @Override
  public CompletionStage<Node> node(String name, ReadPoint at) {
    return read(
        at,
        () -> {
          if (name.equals("w1")) {
            return FakeViews.witness();
          }
          if (!name.equals("n1")) {
            throw notFound("there is no node " + name);
          }
          return FakeViews.node();
        });
  }

  @Override
  public CompletionStage<Node> cordon(String node) {
    return node(node, ReadPoint.LOCAL)
        .thenApply(found -> found.toBuilder().setPhase(NodePhase.NODE_CORDONED).build());
  }

  @Override
  public CompletionStage<Node> uncordon(String node) {
    return node(node, ReadPoint.LOCAL);
  }

  @Override
  public CompletionStage<Node> drain(String node, Duration timeout) {
    return node(node, ReadPoint.LOCAL)
        .thenApply(
            found ->
                found.toBuilder()
                    .setPhase(NodePhase.NODE_DRAINING)
                    .setDrain(Drain.newBuilder().setUntil(timeout.toMillis()))
                    .build());
  }

  @Override
  public CompletionStage<Node> promote(String node) {
    return node(node, ReadPoint.LOCAL);
  }

  @Override
  public CompletionStage<Node> demote(String node) {
    return node(node, ReadPoint.LOCAL)
        .thenCompose(
            found ->
                CompletableFuture.failedFuture(
                    new Refusal(Refusal.Kind.CONFLICT, "writing would stop")));
  }

  @Override
  public CompletionStage<Node> remove(String node, boolean force) {
    return force
        ? node(node, ReadPoint.LOCAL)
        : CompletableFuture.failedFuture(
            new Refusal(Refusal.Kind.CONFLICT, "node %s has 3 instances".formatted(node)));
  }

  @Override
  public CompletionStage<Listing<Event>> events(ListQuery query, ReadPoint at) {
    return read(
        at, () -> kept.page(query, kept.matching(query).stream().map(FakeViews::event).toList()));
  }

  @Override
  public CompletionStage<Cluster> raiseFeatureLevel() {
    return cluster(ReadPoint.LOCAL);
  }

  @Override
  public CompletionStage<Cluster> cluster(ReadPoint at) {
    return read(
        at,
        () ->
            Cluster.newBuilder()
                .setId("fake")
                .setIndex(kept.index())
                .setStore(StoreHealth.newBuilder().setWritable(true).setAppliedIndex(kept.index()))
                .setWorkloads(kept.all().size())
                .build());
  }

  @Override
  public synchronized long index() {
    return kept.index() - behind;
  }

  /** From now on its replica knows of a change only when so many others have come after it. */
  public synchronized void fallBehind(long changes) {
    behind = changes;
  }

  private volatile Backup stored =
      new Backup(BackupHeader.newBuilder().setClusterId("c1").build(), List.of());

  /** What a backup would hold, and what the last restore brought. */
  public Backup stored() {
    return stored;
  }

  @Override
  public CompletionStage<Backup> backup(boolean withKey) {
    return CompletableFuture.completedFuture(stored);
  }

  @Override
  public CompletionStage<Cluster> restore(Backup backup) {
    stored = backup;
    return cluster(ReadPoint.LOCAL);
  }

  @Override
  public synchronized Subscription watch(
      WatchKind kind, ListQuery query, long since, WatchSink sink) {
    return watches.begin(sink, kept.matching(query), since, kept.index());
  }

  private static Refusal notFound(String message) {
    return new Refusal(Refusal.Kind.NOT_FOUND, message);
  }

  private synchronized <T> CompletionStage<T> read(ReadPoint at, Supplier<T> answer) {
    lastReadPoint = at;
    return answer(answer);
  }

  private synchronized <T> CompletionStage<T> answer(Supplier<T> answer) {
    if (silent) {
      return new CompletableFuture<>();
    }
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    try {
      return CompletableFuture.completedFuture(answer.get());
    } catch (Refusal refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }
}
