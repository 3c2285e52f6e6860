package dev.regrow.gateway;

import dev.regrow.actors.bootstrap.DiskWait;
import dev.regrow.actors.bootstrap.NodeBootstrap;
import dev.regrow.actors.bootstrap.NodeConfig;
import dev.regrow.actors.bootstrap.NodeParts;
import dev.regrow.actors.bootstrap.RegrowNode;
import dev.regrow.actors.bootstrap.StartRefused;
import dev.regrow.actors.bootstrap.StopMode;
import dev.regrow.actors.control.ControlPlaneModule;
import dev.regrow.actors.instance.NodeClock;
import dev.regrow.core.identity.AuthorityName;
import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.model.Now;
import dev.regrow.gateway.auth.TokenDesk;
import dev.regrow.gateway.http.Backend;
import dev.regrow.gateway.http.GatewayServer;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.runtime.NodeRuntime;
import dev.regrow.runtime.fault.NodeFaults;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.runtime.process.LocalNodeRuntime;
import dev.regrow.runtime.process.RuntimeConfig;
import dev.regrow.runtime.process.ServiceManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code regrow node}: one node in the foreground.
 *
 * <pre>
 *   checks ──▶ node system and gateway listen (503) ──▶ store, cluster ──▶ ready
 *     │ refused: exit 1 or 2                                 │ cannot go on: exit 1
 *   another role is wanted ──▶ prepares ──▶ gateway and node stop, instances live on ──▶ starts as that
 *   removed from the cluster ──▶ instances end ──▶ exit 1
 *   TERM, any time ──▶ gateway drains ──▶ node stops, instances live on ──▶ exit 0
 * </pre>
 */
public final class NodeMain {

  private static final Logger LOG = LoggerFactory.getLogger(NodeMain.class);
  private static final Duration LEASE =
      Duration.ofMillis(LeaseTerms.LENGTH_MILLIS * (1000 + slowness()) / 1000);

  /**
   * For tests, which cannot slow the kernel's clock: how much slower this machine's is, in 1/1000.
   */
  private static int slowness() {
    return Integer.getInteger("regrow.test.clock-slowness", 0);
  }

  private static final Duration BIND_WITHIN = Duration.ofSeconds(10);

  private final NodeOptions options;
  private final InetAddress address;
  private String role;
  private final ServiceManager manager = ServiceManager.in(System.getenv());
  private final Shutdown shutdown =
      new Shutdown(() -> manager.stopping("Stopping; its instances live on"));

  private NodeMain(NodeOptions options, InetAddress address, String role) {
    this.options = options;
    this.role = role;
    this.address = address;
  }

  /** Returns only when the node has ended; by then the exit code is set. */
  public static void main(String[] arguments) {
    if (Arrays.asList(arguments).contains("--help")) {
      System.out.print(NodeOptions.HELP);
      return;
    }
    try {
      var options = NodeOptions.of(CommandLine.parse(NodeOptions.known(), arguments));
      Preflight.requireRoot(Path.of("/proc"));
      var address = Preflight.address(options.bind());
      Preflight.requireUnused(options.data());
      Preflight.requireFree(options, address);
      NodeLog.configure(options.data());
      FatalErrors.install();
      var identity = options.data().resolve("identity");
      RemovedMark.in(options.data()).refuse();
      boolean isNew = Joining.isNew(identity);
      var role = RoleFile.in(options.data()).settle(options.role(), isNew);
      Joining.ifNew(options, identity, address.getHostAddress());
      Surroundings.remember(options.data(), options.name());
      if (role.equals(Witness.ROLE)) {
        new Witness(options, address).run(identity);
      } else {
        new NodeMain(options, address, role).run(isNew);
      }
    } catch (StartFailure failure) {
      end(failure.exitCode(), failure.getMessage());
    } catch (StartRefused refused) {
      end(1, refused.getMessage());
    }
  }

  private static void end(int exitCode, @org.jspecify.annotations.Nullable String message) {
    System.err.println("regrow node: " + message);
    Shutdown.exit(exitCode);
  }

  /**
   * @param isNew nothing runs here yet: what stands against its start is said at once
   */
  private void run(boolean isNew) {
    var again = new DiskWait(shutdown::began, NodeMain::rest);
    role = live(isNew ? DiskWait.NONE : again);
    while (true) {
      role = live(again);
    }
  }

  /** Until this node is to be something else. Returns what; ends the JVM where it cannot go on. */
  private String live(DiskWait disk) {
    var begun = new CompletableFuture<RegrowNode>();
    StartWatch.follow(
        begun.thenCompose(RegrowNode::serving),
        () ->
            begun.isDone()
                ? begun.join().notReady()
                : Optional.of("node %s is being put together".formatted(options.name())),
        manager::starting);
    var admission = Admission.open(options.data(), Clock.systemUTC(), options.join().isPresent());
    var faults = new CompletableFuture<NodeFaults>();
    var node = NodeBootstrap.start(config(), parts(faults), disk);
    var note = LeaveNote.in(options.data());
    note.forget();
    shutdown.before(() -> note.take().ifPresent(time -> depart(node, time)));
    shutdown.stopLast(
        () -> {
          admission.close();
          return node.stop(StopMode.KEEP_INSTANCES);
        });
    var server = listen(node, admission, faults);
    shutdown.stopFirst(() -> server.stop(Shutdown.DRAIN));
    admission.writeContext(options, node.identity());
    LOG.info(
        "Node {} ({}) listens on {}; its data is in {}",
        node.name(),
        node.uid(),
        options.gatewayUrl(),
        options.data());
    begun.complete(node);
    node.serving()
        .thenCompose(serving -> admission.follow(node, work -> new Thread(work, "tokens").start()))
        .whenComplete((done, failure) -> served(node, failure));
    var wanted = awaitEnd(node);
    become(wanted, node, server, admission);
    return wanted;
  }

  /** Its machine goes: what it runs is to run elsewhere by then. */
  private static void depart(RegrowNode node, Duration within) {
    LOG.info("The machine of node {} shuts down", node.name());
    try {
      var came = node.depart(within).toCompletableFuture();
      LOG.info(
          "Before node {} stops: {}",
          node.name(),
          came.get(within.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn(
          "Not all that node {} runs was replaced elsewhere within {}: {}",
          node.name(),
          within,
          e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As a restart of the JVM would: announced, and what runs is adopted again. */
  private void become(String wanted, RegrowNode node, GatewayServer server, Admission admission) {
    boolean another = !wanted.equals(role);
    if (another) {
      RoleFile.in(options.data())
          .becomeInTime(wanted, NodeMain::rest, () -> shutdown.began() || isOver(node));
    }
    LOG.info(
        another
            ? "Node {} becomes a {}; its instances live on"
            : "Node {} joins the store anew, as a {}; its instances live on",
        node.name(),
        wanted);
    manager.starting("Becomes a " + wanted, StartWatch.GOOD_FOR);
    server.stop(Shutdown.DRAIN).toCompletableFuture().join();
    admission.close();
    node.stop(StopMode.KEEP_INSTANCES).toCompletableFuture().join();
  }

  private static boolean isOver(RegrowNode node) {
    return node.ended().toCompletableFuture().isDone()
        || node.expelled().toCompletableFuture().isDone();
  }

  private static void rest() {
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void served(RegrowNode node, @org.jspecify.annotations.Nullable Throwable failure) {
    if (failure == null) {
      LOG.info("Node {} serves", node.name());
      manager.ready("Node %s serves at %s".formatted(node.name(), options.gatewayUrl()));
    } else if (!shutdown.began()) {
      LOG.warn("The tokens of the store are not known yet: {}", failure.getMessage());
    }
  }

  private NodeConfig config() {
    return new NodeConfig(
        options.name(),
        options.data(),
        address.getHostAddress(),
        options.gatewayUrl(),
        options.clusterPort(),
        options.storePort(),
        Set.of(role),
        LEASE,
        options.away(),
        options.labels());
  }

  private NodeParts parts(CompletableFuture<NodeFaults> faults) {
    var clock = NodeClock.ofMachine();
    var images = new CompletableFuture<NodeImages>();
    return new NodeParts(
        (uid, instances, logs) -> {
          var opened =
              LocalNodeRuntime.open(
                  RuntimeConfig.of(uid, options.data())
                      .withHostPaths(options.hostPaths())
                      .withNetworkRange(options.networkRange().orElse(null))
                      .withFaults(options.faults()));
          images.complete(opened.images());
          faults.complete(opened.faults());
          return opened;
        },
        (system, store, link) -> {
          var module =
              ControlPlaneModule.start(
                  system,
                  store,
                  link,
                  () -> new Now(clock.bootNanos() / 1_000_000, clock.wall().toEpochMilli()),
                  (reference, policy, credentials) ->
                      images.thenCompose(opened -> opened.resolve(reference, policy, credentials)));
          return new NodeParts.ServerSide(module.controlPlane(), module.facts());
        });
  }

  private GatewayServer listen(
      RegrowNode node, Admission admission, CompletableFuture<NodeFaults> faults) {
    var absent =
        new AbsentControlPlane(
            () -> node.notReady().orElse(elsewhere()),
            () -> node.store().map(store -> store.appliedIndex()).orElse(0L),
            () ->
                node.store().filter(store -> !role.equals("worker") && !store.health().writable()));
    var metrics = new Metrics();
    metrics.certificate(() -> certificateSeconds(node));
    var backend =
        new Backend(
            options.name(),
            () -> node.control().orElse(absent),
            node::notReady,
            new LogsOnDisk(options.data().resolve("logs"), node::runtime),
            () -> node.runtime().map(NodeRuntime::images),
            () -> Optional.ofNullable(faults.getNow(null)),
            admission.tokens(),
            () ->
                node.store()
                    .map(
                        store ->
                            new TokenDesk(
                                store, admission.tokens(), Clock.systemUTC(), authority(node))),
            node::admit,
            () -> role.equals("worker") ? node.store().map(Servers::in) : Optional.empty());
    var starting =
        GatewayServer.start(
            new InetSocketAddress(address, options.httpPort()), () -> tls(node), backend, metrics);
    try {
      return starting.toCompletableFuture().get(BIND_WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw StartFailure.refused(
          "the gateway cannot listen on " + options.gatewayUrl() + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.refused("interrupted while starting");
    }
  }

  /** Why a node that is ready has no control plane. */
  private String elsewhere() {
    return role.equals("worker")
        ? "node %s is a worker and answers for itself only: ask a server (regrow cluster status)"
            .formatted(options.name())
        : "node %s is entering the cluster".formatted(options.name());
  }

  private static NodeTls tls(RegrowNode node) {
    try {
      return NodeTls.of(node.identity().tls());
    } catch (IOException e) {
      throw StartFailure.refused("the gateway has no certificate: " + e.getMessage());
    }
  }

  private static long certificateSeconds(RegrowNode node) {
    try {
      var end = CertifiedNode.in(node.identity().tls()).goodUntil();
      return Duration.between(Instant.now(), end).toSeconds();
    } catch (IOException e) {
      LOG.warn("The certificate cannot be looked at: {}", e.getMessage());
      return 0;
    }
  }

  private static String authority(RegrowNode node) {
    try {
      return AuthorityName.in(node.identity().tls());
    } catch (IOException e) {
      throw new UncheckedIOException("a join token must name the cluster's authority", e);
    }
  }

  /** Returns what this node is to become, once all is ready for that. */
  private String awaitEnd(RegrowNode node) {
    var ended = node.ended().toCompletableFuture();
    var expelled = node.expelled().toCompletableFuture();
    var ready =
        node.roleWanted()
            .thenCompose(wanted -> node.become(wanted).thenApply(done -> wanted))
            .toCompletableFuture();
    try {
      CompletableFuture.anyOf(ended, expelled, ready).join();
    } catch (java.util.concurrent.CompletionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      LOG.error("Node {} cannot go on: {}", node.name(), cause.getMessage());
      end(1, cause.getMessage());
    }
    if (expelled.isDone()) {
      leaveForGood(node, expelled.join());
    }
    if (ready.isDone()) {
      return ready.join();
    }
    Shutdown.exit(0);
    throw new IllegalStateException("the JVM has ended");
  }

  /** What it ran is replaced elsewhere, or nothing: nothing of it may go on here. */
  private void leaveForGood(RegrowNode node, String why) {
    LOG.error("{}; its instances end", why);
    RemovedMark.in(options.data()).write(why);
    node.stop(StopMode.END_INSTANCES).toCompletableFuture().join();
    end(1, why);
  }
}
