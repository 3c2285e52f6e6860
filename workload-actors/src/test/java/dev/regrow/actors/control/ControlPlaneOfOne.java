package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.KnownTags;
import dev.regrow.actors.testing.SimpleNode;
import dev.regrow.actors.testing.Watcher;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The whole control plane of a cluster of one, over a store in memory and a node that obeys. */
abstract class ControlPlaneOfOne {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  static final String LACKS = "node n1 lacks 28 MiB memory";

  static ActorTestKit kit;

  static InMemoryStore store;

  static SimpleNode node;

  static ControlPlane plane;

  static ControlPlaneModule module;

  static KnownTags tags;

  static int tests;

  String namespace = "";

  @BeforeAll
  static void start() {
    kit =
        ActorTestKit.create(
            ConfigFactory.parseString(
                    """
                    pekko.actor.provider = cluster
                    pekko.cluster.roles = [server]
                    pekko.cluster.jmx.enabled = off
                    pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                    pekko.actor.serialize-messages = off
                    """)
                .withFallback(ConfigFactory.load()));
    var cluster = Cluster.get(kit.system());
    cluster.manager().tell(new Join(cluster.selfMember().address()));
    store = new InMemoryStore();
    node = new SimpleNode();
    tags = new KnownTags();
    module =
        ControlPlaneModule.start(
            kit.system(),
            store,
            node,
            () -> new Now(System.nanoTime() / 1_000_000, System.currentTimeMillis()),
            tags);
    node.reportTo(module.facts());
    plane = module.controlPlane();
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
    store.close();
  }

  @BeforeEach
  void ownNamespace() {
    namespace = "ns" + ++tests;
    node.sum(1L << 40);
    node.startsReady(true);
    tags.forget();
  }

  static int removed(WatchEvent event, List<String> gone) {
    if (event.getType() == WatchType.DELETE) {
      gone.add(event.getInstance().getId());
    }
    return gone.size();
  }

  static boolean isRevision(WatchEvent event, long number, boolean current) {
    return event.getRevision().getRevision() == number
        && event.getRevision().getCurrent() == current;
  }

  NodeOrder.Run run() throws InterruptedException {
    while (true) {
      var order = node.orders.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(order).as("an order to run something in " + namespace).isNotNull();
      if (order instanceof NodeOrder.Run run && run.assignment().namespace().equals(namespace)) {
        return run;
      }
    }
  }

  void awaitReady(int replicas) throws InterruptedException {
    awaitThat(
        event ->
            event.getWorkload().getStatus().getPhase() == WorkloadPhase.WORKLOAD_READY
                && event.getWorkload().getStatus().getReady() == replicas);
  }

  void awaitGone() throws InterruptedException {
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.WORKLOADS, query(), 0, watcher);
    if (!watcher.until(e -> e.getType() == WatchType.SYNCED, PATIENCE).get(0).hasWorkload()) {
      return;
    }
    watcher.until(event -> event.getType() == WatchType.DELETE, PATIENCE);
    watch.close();
  }

  void awaitThat(Predicate<WatchEvent> wanted) throws InterruptedException {
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.WORKLOADS, query(), 0, watcher);
    watcher.until(wanted, PATIENCE);
    watch.close();
  }

  static boolean isReady(WatchEvent event, long revision) {
    var status = event.getWorkload().getStatus();
    return status.getPhase() == WorkloadPhase.WORKLOAD_READY
        && status.getRevision() == revision
        && event.getWorkload().getRevision() == revision;
  }

  Workload.Builder web(String command) {
    return Workload.newBuilder()
        .setKind(Kind.SERVICE)
        .setNamespace(namespace)
        .setName("web")
        .setInstance(InstanceTemplate.newBuilder().addCommand(command).setNetwork(Network.NONE));
  }

  WorkloadRef ref() {
    return new WorkloadRef(namespace, "web");
  }

  ListQuery query() {
    return new ListQuery(Optional.of(namespace), Optional.empty(), Map.of(), 1000, "");
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  static void refused(Refusal.Kind kind, ThrowingCallable action) {
    assertThatThrownBy(action)
        .satisfies(
            failure -> {
              var cause = failure;
              while (!(cause instanceof Refusal) && cause.getCause() != null) {
                cause = cause.getCause();
              }
              assertThat(cause).isInstanceOf(Refusal.class);
              assertThat(((Refusal) cause).kind()).isEqualTo(kind);
              assertThat(cause.getMessage()).isNotBlank();
            });
  }
}
