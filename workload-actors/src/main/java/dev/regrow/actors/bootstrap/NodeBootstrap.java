package dev.regrow.actors.bootstrap;

import dev.regrow.actors.agent.AgentDoor;
import dev.regrow.actors.agent.NodeAgent;
import dev.regrow.actors.agent.Uplink;
import dev.regrow.actors.instance.ContentSource;
import dev.regrow.actors.instance.NodeClock;
import dev.regrow.actors.instance.SupervisedNode;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.membership.Downs;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.raft.CertificateKeeper;
import dev.regrow.runtime.NodeRuntime;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a node: store, machine and both systems side by side, joined as each comes up.
 *
 * <p>No hook of the JVM is installed here, and Pekko's are off: whoever runs the JVM calls {@link
 * RegrowNode#stop}, on TERM with {@link StopMode#KEEP_INSTANCES}.
 */
public final class NodeBootstrap {

  private static final Logger LOG = LoggerFactory.getLogger(NodeBootstrap.class);

  /** A removal is on record within the time that a request may take. */
  private static final long TOLD_WITHIN_SECONDS = 20;

  private final NodeConfig config;
  private final NodeParts parts;
  private final DataDirectory data;
  private final NodeIdentity identity;
  private final DiskWait disk;
  private final ExecutorService blocking = Executors.newCachedThreadPool(threads("regrow-start"));
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(threads("regrow-cluster"));

  private NodeBootstrap(
      NodeConfig config,
      NodeParts parts,
      DataDirectory data,
      NodeIdentity identity,
      DiskWait disk) {
    this.config = config;
    this.parts = parts;
    this.data = data;
    this.identity = identity;
    this.disk = disk;
  }

  /**
   * Returns as soon as the node system is there; the rest comes up behind {@link
   * RegrowNode#serving}.
   *
   * @throws StartRefused if the data directory cannot be used
   */
  public static RegrowNode start(NodeConfig config, NodeParts parts) {
    return start(config, parts, DiskWait.NONE);
  }

  /** The same, where a full disk is waited for. */
  public static RegrowNode start(NodeConfig config, NodeParts parts, DiskWait disk) {
    var data = directory(config, disk);
    try {
      var identity =
          disk.until(
              () ->
                  NodeIdentity.openOrBootstrap(data.identity(), config.bind(), Clock.systemUTC()));
      var certificate = disk.until(() -> certificate(config, identity));
      return new NodeBootstrap(config, parts, data, identity, disk).start(certificate);
    } catch (IOException e) {
      Closing.quietly("the data directory", data);
      throw new StartRefused("cannot read who this node is: " + e.getMessage(), e);
    }
  }

  private static DataDirectory directory(NodeConfig config, DiskWait disk) {
    try {
      return disk.until(() -> DataDirectory.open(config.data()));
    } catch (IOException e) {
      throw new StartRefused("cannot use " + config.data() + ": " + e.getMessage(), e);
    }
  }

  private static CertificateKeeper certificate(NodeConfig config, NodeIdentity identity)
      throws IOException {
    var role = config.isServer() ? NodeRole.SERVER : NodeRole.WORKER;
    return CertificateKeeper.begin(identity, role, config.bind(), Clock.systemUTC());
  }

  private RegrowNode start(CertificateKeeper certificate) {
    CompletableFuture<NodeRuntime> runtime =
        inBackground(
            () ->
                disk.until(
                    () -> parts.runtime().open(identity.nodeUid(), data.instances(), data.logs())));
    CompletableFuture<Store> store =
        inBackground(() -> disk.until(() -> Stores.open(config, data.store(), identity)));
    var clusterConfig = inBackground(() -> SystemConfigs.ofClusterSystem(config));
    var tls = inBackground(() -> NodeTls.of(identity.tls()));
    var nodeSystem =
        ActorSystem.create(
            NodeAgent.awaitingMachine(
                new NodeAgent.Identity(
                    identity.nodeUid(),
                    data.firstSequence(),
                    new StoreLeases(identity.nodeUid(), () -> opened(store)),
                    () -> opened(store).map(Store::troubles).orElse(List.of()),
                    blocking)),
            "regrow-node",
            SystemConfigs.ofNodeSystem());
    var node = new RegrowNode(config, identity, nodeSystem, runtime, store, blocking);
    var expelled = new Expelled();
    var unusedFollowing = store.thenAccept(opened -> follow(opened, node, expelled));
    var cluster =
        store.thenCombine(
            clusterConfig,
            (opened, settings) ->
                new ClusterLifetime(
                    identity.nodeUid(),
                    settings,
                    tls.join(),
                    expelled,
                    new Membership(opened),
                    new Downs(opened),
                    () -> surroundings(node, nodeSystem, runtime, opened),
                    config.isServer(),
                    config.away(),
                    scheduler,
                    node::isMember,
                    node::controlIsGone));
    node.stopBy(new NodeStopper(nodeSystem, cluster, runtime, store, data, blocking, scheduler));

    var contents = new StoreContents(() -> opened(store));
    var begun =
        runtime.thenAccept(
            opened -> nodeSystem.tell(new NodeAgent.Begin(supervision(opened, contents))));
    refuseOn(begun, node, "cannot run instances on this machine");
    refuseOn(store, node, "cannot open the store");
    refuseOn(cluster.thenCompose(ClusterLifetime::start), node, "cannot start the cluster system");
    var unused =
        store.thenAcceptBoth(
            runtime,
            (s, r) -> {
              register(node, new Registration(config, identity, r.machine()), s);
              new OwnVolumes(s, r, identity.nodeUid(), scheduler).follow();
            });
    nodeSystem.getWhenTerminated().whenComplete((done, failure) -> certificate.close());
    nodeSystem
        .getWhenTerminated()
        .whenComplete((done, failure) -> node.cannotGoOn(new StartRefused("the node agent ended")));
    return node;
  }

  private SupervisedNode supervision(NodeRuntime runtime, ContentSource contents) {
    return new SupervisedNode(
        runtime,
        NodeClock.ofMachine(),
        config.name(),
        config.bind(),
        config.ports(),
        config.lease(),
        contents);
  }

  private ClusterGuardian.Surroundings surroundings(
      RegrowNode node,
      ActorSystem<NodeAgent.Command> nodeSystem,
      CompletableFuture<NodeRuntime> runtime,
      Store store) {
    return new ClusterGuardian.Surroundings(
        identity.nodeUid(),
        new Door(nodeSystem),
        (reference, policy, credentials) ->
            runtime.thenCompose(opened -> opened.images().resolve(reference, policy, credentials)),
        store,
        parts.server(),
        side -> node.controlIs(side.control()));
  }

  /** Lets messages in, and nothing of the cluster system's actors. */
  private record Door(ActorSystem<NodeAgent.Command> agent) implements AgentDoor {
    @Override
    public void order(NodeOrder order) {
      agent.tell(new NodeAgent.Ordered(order));
    }

    @Override
    public void tellFacts() {
      agent.tell(NodeAgent.TellFacts.INSTANCE);
    }

    @Override
    public void connect(Uplink uplink) {
      agent.tell(new NodeAgent.Connected(uplink));
    }

    @Override
    public void disconnect(Uplink uplink) {
      agent.tell(new NodeAgent.Disconnected(uplink));
    }
  }

  private static Optional<Store> opened(CompletableFuture<Store> store) {
    return store.isDone() && !store.isCompletedExceptionally()
        ? Optional.of(store.join())
        : Optional.empty();
  }

  private <T> CompletableFuture<T> inBackground(Callable<? extends T> step) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return step.call();
          } catch (RuntimeException e) {
            throw e;
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        blocking);
  }

  private static void refuseOn(CompletableFuture<?> step, RegrowNode node, String what) {
    var unused =
        step.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                var cause = Closing.causeOf(failure);
                node.cannotGoOn(new StartRefused(what + ": " + cause.getMessage(), cause));
              }
            });
  }

  /** What people want of this node and of others, while it runs. */
  private void follow(Store store, RegrowNode node, Expelled expelled) {
    if (config.isServer()) { // A worker is told who is dead; only servers read who was removed.
      expelled.follow(store, scheduler);
      new KeyKeeper(store, scheduler).keep();
    }
    store.letGo().thenRun(() -> comeAgain(node));
    store.expelled().thenAccept(node::isExpelled);
    store.outgrown().thenAccept(why -> node.cannotGoOn(new StartRefused(why)));
    new OwnRecord(
            store,
            identity.nodeUid(),
            scheduler,
            node::isRegistered,
            node::isWanted,
            node::isExpelled)
        .follow();
  }

  /**
   * Who is being removed for good is let go by the store first, and told why a little later. Who is
   * still not told was let go otherwise, as by a demotion that a crash cut short.
   */
  private void comeAgain(RegrowNode node) {
    if (!scheduler.isShutdown()) {
      var unused = scheduler.schedule(node::isLetGo, TOLD_WITHIN_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Until it is done: the store may have no majority for as long as it likes. */
  private void register(RegrowNode node, Registration registration, Store store) {
    registration
        .in(store)
        .whenComplete(
            (done, failure) -> {
              var cause = failure == null ? null : Closing.causeOf(failure);
              if (cause instanceof StartRefused refused) {
                node.cannotGoOn(refused);
              } else if (cause != null && !scheduler.isShutdown()) {
                LOG.warn("this node is not registered yet: {}", cause.getMessage());
                var unused =
                    scheduler.schedule(
                        () -> register(node, registration, store), 1, TimeUnit.SECONDS);
              }
            });
  }

  private static ThreadFactory threads(String name) {
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
