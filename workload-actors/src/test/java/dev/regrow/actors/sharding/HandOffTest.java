package dev.regrow.actors.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.regrow.actors.board.Board;
import dev.regrow.actors.testing.SimpleNode;
import dev.regrow.actors.workload.Surroundings;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.StoredWorkload;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two cluster systems over one store, between which workloads move while they are asked. */
class HandOffTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(8);
  private static final int WORKLOADS = 12;
  private static final int ENOUGH_THERE = 500;

  private final InMemoryStore store = new InMemoryStore();
  private final List<ActorTestKit> kits = new ArrayList<>();

  @AfterEach
  void stop() {
    kits.forEach(ActorTestKit::shutdownTestKit);
    store.close();
  }

  @Test
  void what_is_asked_while_workloads_move_is_answered_soon_and_done_once() throws Exception {
    var first = member();
    Cluster.get(first.system()).manager().tell(joining(first));
    var asked = workloads(first, new AtomicInteger());
    for (int i = 0; i < WORKLOADS; i++) {
      ask(asked, i, apply("w" + i)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    var there = new AtomicInteger();
    var second = member();
    workloads(second, there);
    Cluster.get(second.system()).manager().tell(joining(first));
    var chains = new ArrayList<CompletableFuture<Asked>>();
    for (int i = 0; i < WORKLOADS; i++) {
      chains.add(restarts(asked, i, there, new Asked(0, 0)));
    }

    for (int i = 0; i < WORKLOADS; i++) {
      var done = chains.get(i).get(60, TimeUnit.SECONDS);
      assertThat(done.count()).isPositive();
      assertThat(Duration.ofNanos(done.slowestNanos())).isLessThan(ANSWERED_WITHIN);
      assertThat(restarts(i)).as("restarts of w%d", i).isEqualTo(done.count());
    }
  }

  private record Asked(int count, long slowestNanos) {}

  /** One after the other, until enough was done there. */
  private CompletableFuture<Asked> restarts(
      Workloads workloads, int number, AtomicInteger there, Asked before) {
    long began = System.nanoTime();
    return ask(workloads, number, restart())
        .thenComposeAsync(
            done -> {
              long took = System.nanoTime() - began;
              var so = new Asked(before.count() + 1, Math.max(before.slowestNanos(), took));
              return there.get() >= ENOUGH_THERE
                  ? CompletableFuture.completedFuture(so)
                  : restarts(workloads, number, there, so);
            });
  }

  private static CompletableFuture<WorkloadReply.Done> ask(
      Workloads workloads, int number, Question question) {
    return workloads
        .ask("default", "w" + number, question, PATIENCE)
        .thenApply(WorkloadReply.Done.class::cast)
        .toCompletableFuture();
  }

  private static Question apply(String name) {
    var declared =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace("default")
            .setName(name)
            .setReplicas(0)
            .setInstance(InstanceTemplate.newBuilder().addCommand("v1").setNetwork(Network.NONE))
            .build();
    return (replyTo, number, since) ->
        new WorkloadCommand.Apply(
            declared, "uid-" + name, WorkloadCommand.NOTHING, replyTo, Map.of(), "", number, since);
  }

  private static Question restart() {
    return (replyTo, number, since) ->
        new WorkloadCommand.Restart(WorkloadCommand.NOTHING, replyTo, number, since);
  }

  private long restarts(int number) throws Exception {
    var query = RangeQuery.key(Keys.workload("default", "w" + number));
    var stored = store.range(query).toCompletableFuture().get().entries().get(0);
    return StoredWorkload.parseFrom(stored.value()).getRestartGeneration();
  }

  /**
   * @param steps counts what workloads do there
   */
  private Workloads workloads(ActorTestKit kit, AtomicInteger steps) {
    var board = new Board(HandOffTest::now);
    return Workloads.start(
        kit.system(), new Surroundings(store, board, new SimpleNode(), () -> counted(steps)));
  }

  private static Now counted(AtomicInteger steps) {
    steps.incrementAndGet();
    return now();
  }

  private static Now now() {
    return new Now(System.nanoTime() / 1_000_000, System.currentTimeMillis());
  }

  private static Join joining(ActorTestKit kit) {
    return new Join(Cluster.get(kit.system()).selfMember().address());
  }

  private ActorTestKit member() {
    var kit = ActorTestKit.create("hand-off", config());
    kits.add(kit);
    return kit;
  }

  private static Config config() {
    return ConfigFactory.parseString(
            """
            pekko.actor.provider = cluster
            pekko.cluster {
              roles = [server]
              jmx.enabled = off
              sharding.rebalance-interval = 200ms
            }
            pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
            """)
        .withFallback(ConfigFactory.load());
  }
}
