package dev.regrow.actors.bootstrap;

import com.typesafe.config.Config;
import dev.regrow.actors.downing.DowningSetup;
import dev.regrow.core.membership.Downs;
import dev.regrow.core.membership.Formation.Candidate;
import dev.regrow.core.membership.Formation.Decision;
import dev.regrow.core.membership.Formation.Outlook;
import dev.regrow.core.membership.Membership;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a cluster system there: forms or joins as the store arbitrates, and when the system ends,
 * because it was downed, cut off or failed, makes another one after a bounded backoff. Everything
 * happens on the one thread of its scheduler.
 */
final class ClusterLifetime {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterLifetime.class);
  private static final String SYSTEM_NAME = "regrow";
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);
  private static final Duration LIVED_WELL = Duration.ofMinutes(1);

  private final String nodeUid;
  private final Config config;
  private final ArteryTls tls;
  private final Membership membership;
  private final Downs downs;
  private final Supplier<ClusterGuardian.Surroundings> surroundings;
  private final boolean isServer;
  private final ScheduledExecutorService scheduler;
  private final Runnable joined;
  private final Runnable lost;

  private @Nullable ActorSystem<ClusterGuardian.Command> system;
  private Outlook outlook = Outlook.UNTRIED;
  private Duration backoff = FIRST_BACKOFF;
  private long startedAtNanos;
  private boolean wasUp;
  private boolean stopping;

  /**
   * @param joined called when a cluster system has become a member
   * @param lost called when a cluster system has ended
   */
  ClusterLifetime(
      String nodeUid,
      Config config,
      ArteryTls tls,
      Membership membership,
      Downs downs,
      Supplier<ClusterGuardian.Surroundings> surroundings,
      boolean isServer,
      ScheduledExecutorService scheduler,
      Runnable joined,
      Runnable lost) {
    this.nodeUid = nodeUid;
    this.config = config;
    this.tls = tls;
    this.membership = membership;
    this.downs = downs;
    this.surroundings = surroundings;
    this.isServer = isServer;
    this.scheduler = scheduler;
    this.joined = joined;
    this.lost = lost;
  }

  /** Completes once the first cluster system listens; fails if it cannot. */
  CompletionStage<Void> start() {
    return CompletableFuture.runAsync(this::create, scheduler);
  }

  private void create() {
    if (stopping) {
      return;
    }
    startedAtNanos = System.nanoTime();
    wasUp = false;
    var guardian =
        ClusterGuardian.create(surroundings.get(), isServer, () -> scheduler.execute(this::isUp));
    var setup =
        ActorSystemSetup.create(
            BootstrapSetup.create(config),
            SSLEngineProviderSetup.create(of -> tls),
            new DowningSetup(downs, System::currentTimeMillis, DowningSetup.Pace.USUAL));
    var created = ActorSystem.create(guardian, SYSTEM_NAME, setup);
    system = created;
    created.getWhenTerminated().whenCompleteAsync((done, failure) -> ended(created), scheduler);
    settle(created);
  }

  private void settle(ActorSystem<ClusterGuardian.Command> created) {
    var self = Cluster.get(created).selfMember().uniqueAddress();
    var candidate =
        new Candidate(self.address() + "#" + self.longUid(), nodeUid, System.currentTimeMillis());
    // Registered first: whoever declares this system dead finds the node that goes down with it.
    membership
        .register(nodeUid, node -> node.toBuilder().setMember(candidate.uniqueAddress()).build())
        .thenCompose(registered -> membership.settle(candidate, outlook))
        .whenCompleteAsync(
            (decision, failure) -> {
              if (failure != null) {
                LOG.warn("cannot settle who forms the cluster: {}", failure.getMessage());
                later(FIRST_BACKOFF, () -> retrySettling(created));
              } else {
                enter(created, decision);
              }
            },
            scheduler);
  }

  /** A node that was declared dead, and is back, is as good as any other. */
  private void isUp() {
    wasUp = true;
    joined.run();
    membership
        .register(nodeUid, ClusterLifetime::alive)
        .whenCompleteAsync(
            (done, failure) -> {
              if (failure != null && !stopping) {
                LOG.warn("cannot say yet that this node is back: {}", failure.getMessage());
                later(FIRST_BACKOFF, this::isUp);
              }
            },
            scheduler);
  }

  private static StoredNode alive(StoredNode node) {
    return node.getPhase() == NodePhase.NODE_DOWN
        ? node.toBuilder().setPhase(NodePhase.NODE_READY).build()
        : node;
  }

  private void retrySettling(ActorSystem<ClusterGuardian.Command> created) {
    if (created == system && !stopping) {
      settle(created);
    }
  }

  private void enter(ActorSystem<ClusterGuardian.Command> created, Decision decision) {
    if (decision instanceof Decision.Join join && !addressesOf(join).isEmpty()) {
      LOG.info("joining {}: {}", join.addresses(), join.reason());
      created.tell(new ClusterGuardian.JoinAt(addressesOf(join)));
    } else {
      LOG.info("forming the cluster: {}", decision.reason());
      created.tell(ClusterGuardian.Form.INSTANCE);
    }
  }

  /** Only addresses of cluster systems can be joined. */
  private static List<Address> addressesOf(Decision.Join join) {
    return join.addresses().stream()
        .filter(address -> address.startsWith("pekko://"))
        .map(address -> address.replaceFirst("#.*$", ""))
        .map(AddressFromURIString::parse)
        .toList();
  }

  private void ended(ActorSystem<ClusterGuardian.Command> created) {
    if (created != system || stopping) {
      return;
    }
    system = null;
    lost.run();
    outlook = wasUp ? Outlook.UNTRIED : Outlook.NOBODY_ANSWERED;
    boolean livedWell = System.nanoTime() - startedAtNanos > LIVED_WELL.toNanos();
    backoff = livedWell ? FIRST_BACKOFF : min(backoff.multipliedBy(2), MAX_BACKOFF);
    LOG.warn("the cluster system ended; the next one starts in {} ms", backoff.toMillis());
    later(backoff, this::createAgain);
  }

  private void createAgain() {
    try {
      create();
    } catch (RuntimeException e) {
      backoff = min(backoff.multipliedBy(2), MAX_BACKOFF);
      LOG.warn(
          "no new cluster system yet, trying again in {} ms: {}",
          backoff.toMillis(),
          e.getMessage());
      later(backoff, this::createAgain);
    }
  }

  private void later(Duration wait, Runnable step) {
    var unused = scheduler.schedule(step, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Leaves the cluster and ends its system; its phases bound the time that takes. */
  CompletionStage<Void> stop() {
    return CompletableFuture.supplyAsync(
            () -> {
              stopping = true;
              return system;
            },
            scheduler)
        .thenCompose(ClusterLifetime::leave);
  }

  private static CompletionStage<Void> leave(
      @Nullable ActorSystem<ClusterGuardian.Command> running) {
    if (running == null) {
      return CompletableFuture.completedFuture(null);
    }
    CoordinatedShutdown.get(running).runAll(CoordinatedShutdown.clusterLeavingReason());
    return running.getWhenTerminated().thenApply(done -> null);
  }

  /** For the test of its replacement: ends the system as being downed would. */
  void endSystem() {
    scheduler.execute(
        () -> {
          if (system != null) {
            system.terminate();
          }
        });
  }
}
