package dev.regrow.gateway.testing;

import dev.regrow.actors.control.Applied;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.Precondition;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.actors.control.Refusal;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Revision;
import dev.regrow.v1.StoreHealth;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import dev.regrow.v1.WorkloadStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of one map: every change happens at once, at the next index, and each workload has one
 * running instance {@code NAME-0}. Thread-safe.
 */
public final class FakeControlPlane implements ControlPlane {

  private static final long OLDEST_REMEMBERED = 2;

  private final Map<String, Workload> workloads = new TreeMap<>();
  private final Map<String, List<Revision>> revisions = new HashMap<>();
  private final List<WatchSink> watching = new ArrayList<>();
  private long index = 10;
  private @Nullable Refusal refusal;
  private boolean silent;
  private @Nullable ReadPoint lastReadPoint;

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

  public synchronized int watchers() {
    return watching.size();
  }

  /** Everything that is declared, to see whether anything changed. */
  public synchronized Map<String, Workload> declared() {
    return Map.copyOf(workloads);
  }

  /** Ends all watches. */
  public void endWatches(Refusal cause) {
    List<WatchSink> sinks;
    synchronized (this) {
      sinks = List.copyOf(watching);
      watching.clear();
    }
    sinks.forEach(sink -> sink.onEnd(cause));
  }

  @Override
  public synchronized Optional<String> notReady() {
    return Optional.ofNullable(refusal).map(Refusal::getMessage);
  }

  @Override
  public CompletionStage<Applied> apply(Workload declared, Precondition precondition) {
    return answer(
        () -> {
          var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
          var before = workloads.get(ref.toString());
          check(ref, before, precondition);
          if (before != null && declaredIn(before).equals(withReplicas(declared, before))) {
            return new Applied(before, Applied.Outcome.UNCHANGED);
          }
          var after = put(ref, before, withReplicas(declared, before));
          return new Applied(
              after, before == null ? Applied.Outcome.CREATED : Applied.Outcome.CHANGED);
        });
  }

  private static Workload declaredIn(Workload whole) {
    return whole.toBuilder().clearUid().clearRevision().clearIndex().clearStatus().build();
  }

  private static Workload withReplicas(Workload declared, @Nullable Workload before) {
    return declared.hasReplicas()
        ? declared
        : declared.toBuilder().setReplicas(before == null ? 1 : before.getReplicas()).build();
  }

  private Workload put(WorkloadRef ref, @Nullable Workload before, Workload declared) {
    boolean rolls = before == null || !before.getInstance().equals(declared.getInstance());
    long revision = (before == null ? 0 : before.getRevision()) + (rolls ? 1 : 0);
    var after =
        declared.toBuilder()
            .setUid("uid-" + ref.name())
            .setRevision(revision)
            .setIndex(++index)
            .setStatus(
                WorkloadStatus.newBuilder()
                    .setPhase(WorkloadPhase.WORKLOAD_READY)
                    .setRevision(revision)
                    .setDesired(declared.getReplicas()))
            .build();
    workloads.put(ref.toString(), after);
    if (rolls) {
      revisions
          .computeIfAbsent(ref.toString(), key -> new ArrayList<>())
          .add(0, revision(ref, after));
    }
    tell(WatchType.PUT, after);
    return after;
  }

  private static Revision revision(WorkloadRef ref, Workload workload) {
    return Revision.newBuilder()
        .setNamespace(ref.namespace())
        .setWorkload(ref.name())
        .setRevision(workload.getRevision())
        .setInstance(workload.getInstance())
        .setCause("apply")
        .setIndex(workload.getIndex())
        .build();
  }

  private void tell(WatchType type, Workload workload) {
    var event = WatchEvent.newBuilder().setType(type).setIndex(index).setWorkload(workload).build();
    watching.forEach(sink -> sink.onEvent(event));
  }

  private static void check(WorkloadRef ref, @Nullable Workload found, Precondition precondition) {
    boolean holds =
        precondition instanceof Precondition.None
            || (precondition instanceof Precondition.Absent && found == null)
            || (precondition instanceof Precondition.IndexIs wanted
                && found != null
                && found.getIndex() == wanted.index());
    if (!holds) {
      throw new Refusal(Refusal.Kind.STALE, "workload " + ref + " changed meanwhile");
    }
  }

  private Workload found(WorkloadRef ref) {
    var found = workloads.get(ref.toString());
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no workload " + ref);
    }
    return found;
  }

  @Override
  public CompletionStage<Plan> plan(Workload declared) {
    return answer(
        () -> {
          var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
          return Plan.newBuilder()
              .setNamespace(ref.namespace())
              .setName(ref.name())
              .setAction(
                  workloads.containsKey(ref.toString()) ? PlanAction.UPDATE : PlanAction.CREATE)
              .build();
        });
  }

  @Override
  public CompletionStage<Workload> scale(WorkloadRef ref, int replicas, Precondition precondition) {
    return answer(
        () -> {
          var before = found(ref);
          check(ref, before, precondition);
          return put(ref, before, declaredIn(before).toBuilder().setReplicas(replicas).build());
        });
  }

  @Override
  public CompletionStage<Workload> rollback(
      WorkloadRef ref, long revision, Precondition precondition) {
    return answer(
        () -> {
          var before = found(ref);
          check(ref, before, precondition);
          var kept = revisions.getOrDefault(ref.toString(), List.of());
          long wanted = revision == 0 ? before.getRevision() - 1 : revision;
          var target =
              kept.stream()
                  .filter(one -> one.getRevision() == wanted)
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new Refusal(Refusal.Kind.NOT_FOUND, ref + " has no revision " + wanted));
          return put(
              ref,
              before,
              declaredIn(before).toBuilder().setInstance(target.getInstance()).build());
        });
  }

  @Override
  public CompletionStage<Workload> restart(WorkloadRef ref, Precondition precondition) {
    return answer(
        () -> {
          var before = found(ref);
          check(ref, before, precondition);
          return put(ref, before, declaredIn(before));
        });
  }

  @Override
  public CompletionStage<Workload> delete(WorkloadRef ref, Precondition precondition) {
    return answer(
        () -> {
          var before = found(ref);
          check(ref, before, precondition);
          workloads.remove(ref.toString());
          var stopping =
              before.toBuilder()
                  .setIndex(++index)
                  .setStatus(WorkloadStatus.newBuilder().setPhase(WorkloadPhase.WORKLOAD_STOPPING))
                  .build();
          tell(WatchType.DELETE, stopping);
          return stopping;
        });
  }

  @Override
  public CompletionStage<Workload> workload(WorkloadRef ref, ReadPoint at) {
    return read(at, () -> found(ref));
  }

  @Override
  public CompletionStage<Listing<Workload>> workloads(ListQuery query, ReadPoint at) {
    return read(at, () -> page(query, matching(query)));
  }

  private List<Workload> matching(ListQuery query) {
    return workloads.values().stream()
        .filter(one -> query.namespace().map(one.getNamespace()::equals).orElse(true))
        .filter(one -> query.workload().map(one.getName()::equals).orElse(true))
        .filter(one -> one.getLabelsMap().entrySet().containsAll(query.labels().entrySet()))
        .toList();
  }

  private <T> Listing<T> page(ListQuery query, List<T> items) {
    int from = query.next().isEmpty() ? 0 : offset(query.next(), items.size());
    int to = Math.min(items.size(), from + query.limit());
    return new Listing<>(
        items.subList(from, to), index, to < items.size() ? Integer.toString(to) : "");
  }

  private static int offset(String next, int size) {
    if (!next.matches("\\d{1,6}") || Integer.parseInt(next) > size) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, "continue=" + next + " was not given by a list");
    }
    return Integer.parseInt(next);
  }

  @Override
  public CompletionStage<Listing<Revision>> revisions(WorkloadRef ref, ReadPoint at) {
    return read(
        at,
        () -> {
          found(ref);
          return new Listing<>(revisions.getOrDefault(ref.toString(), List.of()), index, "");
        });
  }

  @Override
  public CompletionStage<Listing<Instance>> instances(ListQuery query, ReadPoint at) {
    return read(
        at, () -> page(query, matching(query).stream().map(FakeControlPlane::instanceOf).toList()));
  }

  private static Instance instanceOf(Workload workload) {
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

  @Override
  public CompletionStage<Instance> instance(String namespace, String idOrSlot, ReadPoint at) {
    return read(
        at,
        () ->
            workloads.values().stream()
                .filter(one -> one.getNamespace().equals(namespace))
                .map(FakeControlPlane::instanceOf)
                .filter(one -> one.getId().equals(idOrSlot) || one.getSlot().equals(idOrSlot))
                .findFirst()
                .orElseThrow(
                    () ->
                        new Refusal(
                            Refusal.Kind.NOT_FOUND,
                            "there is no instance " + namespace + "/" + idOrSlot)));
  }

  @Override
  public CompletionStage<Listing<Node>> nodes(ReadPoint at) {
    return read(at, () -> new Listing<>(List.of(thisNode()), index, ""));
  }

  @Override
  public CompletionStage<Node> node(String name, ReadPoint at) {
    return read(
        at,
        () -> {
          if (!name.equals("n1")) {
            throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no node " + name);
          }
          return thisNode();
        });
  }

  private static Node thisNode() {
    return Node.newBuilder().setName("n1").setUid("node-uid").addRoles("server").build();
  }

  @Override
  public CompletionStage<Listing<Event>> events(ListQuery query, ReadPoint at) {
    return read(
        at,
        () ->
            page(
                query,
                matching(query).stream()
                    .map(
                        one ->
                            Event.newBuilder()
                                .setId("e-" + one.getIndex())
                                .setNamespace(one.getNamespace())
                                .setWorkload(one.getName())
                                .setReason("Applied")
                                .setIndex(one.getIndex())
                                .build())
                    .toList()));
  }

  @Override
  public CompletionStage<Cluster> cluster(ReadPoint at) {
    return read(
        at,
        () ->
            Cluster.newBuilder()
                .setId("fake")
                .setIndex(index)
                .setStore(StoreHealth.newBuilder().setWritable(true).setAppliedIndex(index))
                .setWorkloads(workloads.size())
                .build());
  }

  @Override
  public synchronized long index() {
    return index;
  }

  @Override
  public synchronized Subscription watch(
      WatchKind kind, ListQuery query, long since, WatchSink sink) {
    if (since > index) {
      sink.onEnd(new Refusal(Refusal.Kind.BAD_REQUEST, "index " + since + " is yet to come"));
      return () -> {};
    }
    if (since > 0 && since < OLDEST_REMEMBERED) {
      sink.onEnd(new Refusal(Refusal.Kind.GONE, "index " + since + " is forgotten; list again"));
      return () -> {};
    }
    if (since == 0) {
      matching(query)
          .forEach(
              one ->
                  sink.onEvent(
                      WatchEvent.newBuilder()
                          .setType(WatchType.PUT)
                          .setIndex(one.getIndex())
                          .setWorkload(one)
                          .build()));
      sink.onEvent(WatchEvent.newBuilder().setType(WatchType.SYNCED).setIndex(index).build());
    }
    watching.add(sink);
    return () -> {
      synchronized (this) {
        watching.remove(sink);
      }
    };
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
