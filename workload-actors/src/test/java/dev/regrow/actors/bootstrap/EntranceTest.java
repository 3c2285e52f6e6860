package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.regrow.actors.downing.Knocking;
import dev.regrow.actors.downing.Lives;
import dev.regrow.core.membership.Formation.Candidate;
import dev.regrow.core.membership.Formation.Outlook;
import dev.regrow.core.membership.Formation.Self;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.testing.InMemoryStore;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real cluster systems on loopback. */
class EntranceTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final InMemoryStore store = new InMemoryStore();
  private final Membership membership = new Membership(store);
  private final Knocking knocking = new Knocking();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final ActorSystem<Object> member =
      ActorSystem.create(Behaviors.ignore(), "regrow", config());
  private final ActorSystem<ClusterGuardian.Command> arriving =
      ActorSystem.create(guardian(), "regrow", config());

  @AfterEach
  void close() {
    ActorTestKit.shutdown(member);
    ActorTestKit.shutdown(arriving);
    knocking.close();
    scheduler.shutdown();
    store.close();
  }

  @Test
  void whoever_is_let_in_by_a_member_that_dies_before_it_tells_anyone_joins_again()
      throws Exception {
    formed();
    var entrance = new Entrance(arriving, "bbbbbbbbbbbb", false, membership, knocking, scheduler);
    scheduler.execute(entrance::begin);
    awaitLetIn();

    member.terminate();

    assertThat(get(arriving.getWhenTerminated()))
        .as("this cluster system ends, and another joins those that are left")
        .isNotNull();
  }

  /** The only member, which calls nobody up before there are three. */
  private void formed() throws Exception {
    var cluster = Cluster.get(member);
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    var self =
        new Self(
            new Candidate(Lives.name(cluster.selfMember().uniqueAddress()), "aaaaaaaaaaaa", 1),
            true);
    get(membership.settle(self, Outlook.UNTRIED));
    get(
        membership.register(
            "aaaaaaaaaaaa",
            node ->
                node.toBuilder()
                    .setMember(self.candidate().uniqueAddress())
                    .setCluster(self.candidate().uniqueAddress())
                    .build()));
  }

  private void awaitLetIn() {
    TestProbe.create(arriving)
        .awaitAssert(
            SOON,
            () ->
                assertThat(Cluster.get(arriving).selfMember().status())
                    .isEqualTo(MemberStatus.joining()));
  }

  private static Behavior<ClusterGuardian.Command> guardian() {
    return Behaviors.setup(
        context ->
            Behaviors.receive(ClusterGuardian.Command.class)
                .onMessage(
                    ClusterGuardian.JoinAt.class,
                    join -> {
                      Cluster.get(context.getSystem())
                          .manager()
                          .tell(new JoinSeedNodes(join.members()));
                      return Behaviors.same();
                    })
                .build());
  }

  private static Config config() {
    return ConfigFactory.parseString(
            """
            pekko {
              actor.provider = cluster
              loglevel = WARNING
              jvm-shutdown-hooks = off
              remote.artery {
                transport = tcp
                canonical { hostname = "127.0.0.1", port = 0 }
              }
              cluster {
                min-nr-of-members = 3
                jmx.enabled = off
                gossip-interval = 100ms
                unreachable-nodes-reaper-interval = 100ms
                periodic-tasks-initial-delay = 20ms
                failure-detector { heartbeat-interval = 100ms, acceptable-heartbeat-pause = 1s }
              }
              # It dies without a word.
              coordinated-shutdown.run-by-actor-system-terminate = off
            }
            """)
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
  }
}
