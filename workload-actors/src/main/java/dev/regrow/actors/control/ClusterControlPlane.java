package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.sharding.Question;
import dev.regrow.actors.sharding.Workloads;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Vault;
import dev.regrow.runtime.image.ImageTags;
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
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.cluster.typed.Cluster;

/** The door to the cluster: changes go to workload entities, reads to the store and the board. */
final class ClusterControlPlane implements ControlPlane {

  /** Longer than the store waits for a majority, so that its own word comes first. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration GATHER = Duration.ofMillis(50);

  private final ActorSystem<?> system;
  private final Store store;
  private final Workloads workloads;
  private final Reads reads;
  private final InstanceReads instances;
  private final NodeReads nodes;
  private final DrainReads drains;
  private final NodeChanges changes;
  private final ServerChanges servers;
  private final Backups backups;
  private final Objects<Config> configs;
  private final Objects<NamedVolume> volumes;
  private final Objects<Namespace> namespaces;
  private final NamespaceRules rules;
  private final Objects<Secret> secrets;
  private final KeyRotation rotation;
  private final Vault vault;
  private final WatchedKinds watched;
  private final Planning planning;
  private final References references;
  private final ImagePins pins;

  ClusterControlPlane(
      ActorSystem<?> system,
      Store store,
      Board board,
      Workloads workloads,
      Supplier<Now> clock,
      ImageTags tags,
      NodeLink link) {
    this.system = system;
    this.store = store;
    this.workloads = workloads;
    reads = new Reads(store, board, clock);
    instances = new InstanceReads(store, board, reads);
    nodes = new NodeReads(store, board);
    configs = StoredObjects.configs(store, () -> clock.get().wallMillis());
    secrets = StoredObjects.secrets(store, Vault.of(store), () -> clock.get().wallMillis());
    vault = Vault.of(store);
    rotation = new KeyRotation(store, vault, () -> clock.get().wallMillis());
    volumes = StoredObjects.volumes(store, () -> clock.get().wallMillis());
    namespaces = StoredObjects.namespaces(store, () -> clock.get().wallMillis());
    rules = new NamespaceRules(store);
    watched = new WatchedKinds(store, board, reads, instances, nodes, this);
    drains = new DrainReads(store, reads);
    changes = new NodeChanges(store, nodes, clock);
    servers =
        new ServerChanges(
            store, nodes, name(Cluster.get(system).selfMember().uniqueAddress()), clock);
    backups =
        new Backups(
            store,
            clock,
            (namespace, name) -> workloads.tell(namespace, name, new WorkloadCommand.Wake()));
    references = new References(store);
    pins = new ImagePins(store, vault, tags, link);
    planning = new Planning(store, board, clock, references, pins);
  }

  @Override
  public Optional<String> notReady() {
    var status = Cluster.get(system).selfMember().status();
    if (!status.equals(MemberStatus.up()) && !status.equals(MemberStatus.weaklyUp())) {
      return Optional.of("this node is not a member of the cluster yet: it is " + status);
    }
    var health = store.health();
    return health.writable() ? Optional.empty() : Optional.of(health.message());
  }

  /** As in the record of a node. */
  private static String name(UniqueAddress unique) {
    return unique.address() + "#" + unique.longUid();
  }

  @Override
  public CompletionStage<Applied> apply(
      Workload declared, Precondition precondition, boolean newestImage) {
    var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
    var uid = UUID.randomUUID().toString();
    return Refusals.of(
            references
                .kept(declared)
                .thenCombine(rules.check(declared), (contents, allowed) -> contents)
                .thenCombine(pins.forApply(declared, newestImage), Beforehand::new))
        .thenCompose(
            known ->
                ask(
                    ref,
                    (replyTo, number, since) ->
                        new WorkloadCommand.Apply(
                            declared,
                            uid,
                            expect(precondition),
                            replyTo,
                            known.contents(),
                            known.pin().digest(),
                            number,
                            since)))
        .thenApply(done -> new Applied(done.workload(), outcome(done)));
  }

  /** What must be known of a template before it can be proposed. */
  private record Beforehand(Map<String, String> contents, ImagePins.Pin pin) {}

  private static Applied.Outcome outcome(WorkloadReply.Done done) {
    return switch (Answer.Outcome.valueOf(done.outcome())) {
      case CREATED -> Applied.Outcome.CREATED;
      case CHANGED -> Applied.Outcome.CHANGED;
      case UNCHANGED -> Applied.Outcome.UNCHANGED;
    };
  }

  @Override
  public CompletionStage<Plan> plan(Workload declared, boolean newestImage, Caller caller) {
    return Refusals.of(
        rules.check(declared).thenCompose(allowed -> planning.plan(declared, newestImage, caller)));
  }

  @Override
  public CompletionStage<Workload> scale(WorkloadRef ref, int replicas, Precondition precondition) {
    return change(
        ref,
        (replyTo, number, since) ->
            new WorkloadCommand.Scale(replicas, expect(precondition), replyTo, number, since));
  }

  @Override
  public CompletionStage<Workload> rollback(
      WorkloadRef ref, long revision, Precondition precondition) {
    return Refusals.of(rules.checkRevision(ref, revision))
        .thenCompose(
            checked ->
                change(
                    ref,
                    (replyTo, number, since) ->
                        new WorkloadCommand.Rollback(
                            checked, expect(precondition), replyTo, number, since)));
  }

  @Override
  public CompletionStage<Workload> restart(WorkloadRef ref, Precondition precondition) {
    return change(
        ref,
        (replyTo, number, since) ->
            new WorkloadCommand.Restart(expect(precondition), replyTo, number, since));
  }

  @Override
  public CompletionStage<Workload> delete(WorkloadRef ref, Precondition precondition) {
    return change(
        ref,
        (replyTo, number, since) ->
            new WorkloadCommand.Delete(expect(precondition), replyTo, number, since));
  }

  private CompletionStage<Workload> change(WorkloadRef ref, Question question) {
    return ask(ref, question).thenApply(WorkloadReply.Done::workload);
  }

  private CompletionStage<WorkloadReply.Done> ask(WorkloadRef ref, Question question) {
    return Refusals.of(
        workloads
            .ask(ref.namespace(), ref.name(), question, PATIENCE)
            .thenApply(
                reply -> {
                  if (reply instanceof WorkloadReply.Declined declined) {
                    throw Refusals.of(declined);
                  }
                  return (WorkloadReply.Done) reply;
                }));
  }

  private static long expect(Precondition precondition) {
    if (precondition instanceof Precondition.IndexIs index) {
      return index.index();
    }
    return precondition instanceof Precondition.Absent
        ? WorkloadCommand.ABSENT
        : WorkloadCommand.NOTHING;
  }

  @Override
  public CompletionStage<Workload> workload(WorkloadRef ref, ReadPoint at) {
    return Refusals.of(reads.workload(ref, at));
  }

  @Override
  public CompletionStage<Listing<Workload>> workloads(ListQuery query, ReadPoint at) {
    return Refusals.of(reads.workloads(query, at));
  }

  @Override
  public CompletionStage<Listing<Revision>> revisions(ListQuery query, ReadPoint at) {
    return Refusals.of(reads.revisions(query, at));
  }

  @Override
  public CompletionStage<Listing<Instance>> instances(ListQuery query, ReadPoint at) {
    return Refusals.of(instances.instances(query, at));
  }

  @Override
  public CompletionStage<Instance> instance(String namespace, String idOrSlot, ReadPoint at) {
    return Refusals.of(instances.instance(namespace, idOrSlot, at));
  }

  @Override
  public CompletionStage<Listing<Node>> nodes(ListQuery query, ReadPoint at) {
    return Refusals.of(nodes.nodes(query, at));
  }

  @Override
  public CompletionStage<Node> node(String name, ReadPoint at) {
    return Refusals.of(nodes.node(name, at).thenCompose(drains::explained));
  }

  @Override
  public CompletionStage<Node> cordon(String node) {
    return Refusals.of(changes.cordon(node));
  }

  @Override
  public CompletionStage<Node> uncordon(String node) {
    return Refusals.of(changes.uncordon(node));
  }

  @Override
  public CompletionStage<Node> drain(String node, Duration timeout) {
    return Refusals.of(changes.drain(node, timeout).thenCompose(drains::explained));
  }

  @Override
  public CompletionStage<Node> promote(String node) {
    return Refusals.of(servers.promote(node));
  }

  @Override
  public CompletionStage<Node> demote(String node) {
    return Refusals.of(servers.demote(node));
  }

  @Override
  public CompletionStage<Node> remove(String node, boolean force) {
    return Refusals.of(servers.remove(node, force));
  }

  @Override
  public CompletionStage<Listing<Event>> events(ListQuery query, ReadPoint at) {
    return Refusals.of(reads.events(query, at));
  }

  @Override
  public CompletionStage<dev.regrow.v1.Cluster> cluster(ReadPoint at) {
    return Refusals.of(nodes.cluster(at));
  }

  @Override
  public CompletionStage<dev.regrow.v1.Cluster> raiseFeatureLevel() {
    return Refusals.of(changes.raiseFeatureLevel());
  }

  @Override
  public CompletionStage<Backup> backup(boolean withKey) {
    return Refusals.of(
        backups.backup().thenApply(all -> withKey ? BackupKeys.with(all, vault) : all));
  }

  @Override
  public CompletionStage<dev.regrow.v1.Cluster> restore(Backup backup) {
    return Refusals.of(
            BackupKeys.taken(backup, store, vault)
                .thenCompose(keys -> backups.restore(backup).thenApply(done -> keys))
                .thenCompose(keys -> keys ? rotation.resealAll() : BackupKeys.none()))
        .thenCompose(done -> cluster(ReadPoint.LOCAL));
  }

  @Override
  public Objects<Config> configs() {
    return configs;
  }

  @Override
  public Objects<Secret> secrets() {
    return secrets;
  }

  @Override
  public CompletionStage<dev.regrow.v1.Cluster> rotateSecretKey() {
    return Refusals.of(rotation.rotate()).thenCompose(done -> cluster(ReadPoint.LOCAL));
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
  public long index() {
    return store.appliedIndex();
  }

  @Override
  public Subscription watch(WatchKind kind, ListQuery query, long since, WatchSink sink) {
    var stream =
        new WatchStream(
            store,
            watched.of(kind, query),
            sink,
            task -> system.scheduler().scheduleOnce(GATHER, task, system.executionContext()));
    stream.start(since);
    return stream;
  }
}
