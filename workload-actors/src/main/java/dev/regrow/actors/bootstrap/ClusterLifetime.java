package dev.regrow.actors.bootstrap;

import com.typesafe.config.Config;
import dev.regrow.actors.downing.DowningSetup;
import dev.regrow.actors.downing.Knocking;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.membership.Absence;
import dev.regrow.core.membership.Downs;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Store;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.actor.typed.ActorSystem;
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
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(4);
  private static final Duration ANNOUNCE_WITHIN = Duration.ofMillis(1500);
  private static final Duration LIVED_WELL = Duration.ofSeconds(10);

  private final String nodeUid;
  private final Config config;
  private final NodeTls tls;
  private final Expelled expelled;
  private final Membership membership;
  private final Downs downs;
  private final Supplier<ClusterGuardian.Surroundings> surroundings;
  private final boolean isServer;
  private final Duration away;
  private final ScheduledExecutorService scheduler;
  private final Runnable joined;
  private final Runnable lost;

  private @Nullable ActorSystem<ClusterGuardian.Command> system;
  private @Nullable Entrance entrance;
  private Store.@Nullable Watch following;
  private Duration backoff = FIRST_BACKOFF;
  private long startedAtNanos;
  private boolean wasUp;
  private boolean stopping;

  /**
   * @param expelled who is not spoken to
   * @param away how long after a stop the others wait for this node
   * @param joined called when a cluster system has become a member
   * @param lost called when a cluster system has ended
   */
  ClusterLifetime(
      String nodeUid,
      Config config,
      NodeTls tls,
      Expelled expelled,
      Membership membership,
      Downs downs,
      Supplier<ClusterGuardian.Surroundings> surroundings,
      boolean isServer,
      Duration away,
      ScheduledExecutorService scheduler,
      Runnable joined,
      Runnable lost) {
    this.nodeUid = nodeUid;
    this.config = config;
    this.tls = tls;
    this.expelled = expelled;
    this.membership = membership;
    this.downs = downs;
    this.surroundings = surroundings;
    this.isServer = isServer;
    this.away = away;
    this.scheduler = scheduler;
    this.joined = joined;
    this.lost = lost;
  }

  /** Completes once the first cluster system listens; fails if it cannot. */
  CompletionStage<Void> start() {
    return CompletableFuture.runAsync(this::create, scheduler)
        .thenRunAsync(this::followIncarnation, scheduler);
  }

  private void create() {
    if (stopping) {
      return;
    }
    startedAtNanos = System.nanoTime();
    wasUp = false;
    var guardian =
        ClusterGuardian.create(surroundings.get(), isServer, () -> scheduler.execute(this::isUp));
    var knocking = new Knocking();
    var artery = new ArteryTls(tls, knocking, expelled);
    var setup =
        ActorSystemSetup.create(
            BootstrapSetup.create(config),
            SSLEngineProviderSetup.create(of -> artery),
            new DowningSetup(downs, System::currentTimeMillis, DowningSetup.Pace.USUAL, knocking));
    var created = ActorSystem.create(guardian, SYSTEM_NAME, setup);
    system = created;
    created
        .getWhenTerminated()
        .whenCompleteAsync(
            (done, failure) -> {
              knocking.close();
              ended(created);
            },
            scheduler);
    var way = new Entrance(created, nodeUid, isServer, membership, knocking, scheduler);
    entrance = way;
    way.begin();
  }

  private void isUp() {
    wasUp = true;
    joined.run();
    if (entrance != null) {
      entrance.up();
    }
  }

  /** Two clusters are one too many, however they came to be: the later one counts. */
  private void followIncarnation() {
    membership
        .followIncarnation(
            named -> scheduler.execute(() -> named(named)),
            () -> scheduler.execute(this::followIncarnation))
        .whenCompleteAsync(
            (watch, failure) -> {
              if (failure != null) {
                LOG.warn("cannot follow which cluster the store names: {}", failure.getMessage());
                later(MAX_BACKOFF, this::followIncarnation);
              } else if (stopping) {
                watch.close();
              } else {
                following = watch;
              }
            },
            scheduler);
  }

  private void named(String uniqueAddress) {
    if (entrance != null && !stopping) {
      entrance.named(uniqueAddress);
    }
  }

  private void ended(ActorSystem<ClusterGuardian.Command> created) {
    if (created != system || stopping) {
      return;
    }
    system = null;
    if (entrance != null) {
      entrance.over();
    }
    lost.run();
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
              if (entrance != null) {
                entrance.over();
              }
              if (following != null) {
                following.close();
              }
              return announce();
            },
            scheduler)
        .thenCompose(announced -> announced)
        .thenComposeAsync(announced -> leave(system), scheduler);
  }

  /** Says that this is a restart, and how long the others shall wait for its end. */
  private CompletionStage<Void> announce() {
    if (!wasUp) {
      return CompletableFuture.completedFuture(null);
    }
    long now = System.currentTimeMillis();
    return membership
        .register(
            nodeUid, node -> Absence.announced(node, away, now).toBuilder().clearCluster().build())
        .toCompletableFuture()
        .orTimeout(ANNOUNCE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (done, failure) -> {
              if (failure != null) {
                LOG.warn("the restart could not be announced: {}", failure.getMessage());
              }
              return null;
            });
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
