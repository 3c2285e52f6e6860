package dev.regrow.actors.control;

import dev.regrow.v1.BackupHeader;
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
import dev.regrow.v1.StoreSnapshotEntry;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the gateway may ask of the cluster.
 *
 * <p>Thread-safe. Stages complete with a value or fail with a {@link Refusal}; any other failure is
 * a bug. A change has happened, on a majority's disk, when its stage completes.
 */
public interface ControlPlane {

  /** Whether the cluster can serve; empty means yes, else a sentence that says what is missing. */
  Optional<String> notReady();

  /**
   * Creates or changes a workload; {@code declared} was validated against the schema.
   *
   * @param newestImage whether it takes what its image's tag stands for now, though its template is
   *     the same as before
   */
  CompletionStage<Applied> apply(Workload declared, Precondition precondition, boolean newestImage);

  /** The same; its image stays what it is if the template does. */
  default CompletionStage<Applied> apply(Workload declared, Precondition precondition) {
    return apply(declared, precondition, false);
  }

  /**
   * What {@link #apply} would do.
   *
   * @param caller for whom no secret is used unless it may deploy: its image is looked up without
   */
  CompletionStage<Plan> plan(Workload declared, boolean newestImage, Caller caller);

  /** For whom may only read. */
  default CompletionStage<Plan> plan(Workload declared) {
    return plan(declared, false, Caller.MAY_READ);
  }

  CompletionStage<Workload> scale(WorkloadRef ref, int replicas, Precondition precondition);

  /**
   * @param revision whose content becomes a new revision; 0: the one before the current
   */
  CompletionStage<Workload> rollback(WorkloadRef ref, long revision, Precondition precondition);

  /** Replaces all instances, at the workload's update pace, without a new revision. */
  CompletionStage<Workload> restart(WorkloadRef ref, Precondition precondition);

  /** Marks it deleted; it is gone once none of its instances can be alive. */
  CompletionStage<Workload> delete(WorkloadRef ref, Precondition precondition);

  CompletionStage<Workload> workload(WorkloadRef ref, ReadPoint at);

  CompletionStage<Listing<Workload>> workloads(ListQuery query, ReadPoint at);

  /** Those of the one workload that is asked for, newest first. */
  CompletionStage<Listing<Revision>> revisions(ListQuery query, ReadPoint at);

  CompletionStage<Listing<Instance>> instances(ListQuery query, ReadPoint at);

  /** By id, or by slot when no instance has that id. */
  CompletionStage<Instance> instance(String namespace, String idOrSlot, ReadPoint at);

  /** By name; a query's labels are those of the nodes. */
  CompletionStage<Listing<Node>> nodes(ListQuery query, ReadPoint at);

  CompletionStage<Node> node(String name, ReadPoint at);

  /** It takes no new instances from then on; those that it has stay. */
  CompletionStage<Node> cordon(String node);

  /** It takes new instances again; a drain under way ends. */
  CompletionStage<Node> uncordon(String node);

  /**
   * Its instances move elsewhere, each at its workload's update pace; answers when that has begun.
   *
   * @param timeout after which what is still there stays; the node is cordoned in any case
   */
  CompletionStage<Node> drain(String node, Duration timeout);

  /** It shall keep the store, too; answers when that is said, and the node becomes it by itself. */
  CompletionStage<Node> promote(String node);

  /** It shall run instances only; as {@link #promote}. Refused where the store would stop. */
  CompletionStage<Node> demote(String node);

  /**
   * Takes it out of the cluster for good.
   *
   * @param force it is dead: its instances are replaced at once, wherever they were
   * @return the node as it was; fails with CONFLICT where something would be lost
   */
  CompletionStage<Node> remove(String node, boolean force);

  /** Oldest first. */
  CompletionStage<Listing<Event>> events(ListQuery query, ReadPoint at);

  CompletionStage<Cluster> cluster(ReadPoint at);

  /** Raises the feature level to what the releases of all nodes know; there is no way back. */
  CompletionStage<Cluster> raiseFeatureLevel();

  /**
   * All that is declared, and what became of it, at one index.
   *
   * @param withKey whether the keys of the secrets are in it, too
   */
  CompletionStage<Backup> backup(boolean withKey);

  /**
   * Fills an empty cluster.
   *
   * @return fails with CONFLICT where something is declared already
   */
  CompletionStage<Cluster> restore(Backup backup);

  /** What a backup holds. */
  record Backup(BackupHeader header, List<StoreSnapshotEntry> entries) {
    public Backup {
      entries = List.copyOf(entries);
    }
  }

  Objects<Config> configs();

  Objects<Secret> secrets();

  /**
   * Seals all secrets by a new key, which every server has before it is used.
   *
   * @return fails with CONFLICT where a server could not be given it
   */
  CompletionStage<Cluster> rotateSecretKey();

  Objects<NamedVolume> volumes();

  /** Each is referred to as if it were in itself; {@code default} is always there. */
  Objects<Namespace> namespaces();

  /** The index of the newest change that this node knows; goes out as X-Regrow-Index. */
  long index();

  /**
   * Streams current items, then SYNCED, then changes; from {@code since} on only changes.
   *
   * @param since 0: from the current state
   */
  Subscription watch(WatchKind kind, ListQuery query, long since, WatchSink sink);

  /** What can be watched. */
  enum WatchKind {
    WORKLOADS,
    INSTANCES,
    NODES,
    TOKENS,
    CONFIGS,
    SECRETS,
    VOLUMES,
    NAMESPACES,
    EVENTS,
    /** Of the one workload that is asked for. */
    REVISIONS
  }

  /** Learns what changed; must not block. */
  interface WatchSink {
    void onEvent(WatchEvent event);

    /** The stream ended: GONE when {@code since} is too old; BAD_REQUEST when from the future. */
    void onEnd(Refusal cause);
  }

  /** A running watch. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
