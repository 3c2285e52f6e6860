package dev.regrow.actors.downing;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.regrow.core.membership.Downing;
import dev.regrow.core.membership.Downs;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.testing.InMemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.Await;

/** Real cluster systems on loopback, whose links are cut in their transports. */
@SuppressWarnings(
    "deprecation") // The transport's own test mode still takes the older one's commands.
class StoreDowningProviderTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final DowningSetup.Pace BRISK =
      new DowningSetup.Pace(
          new Downing.Patience(
              Duration.ofMillis(200), Duration.ofMillis(400), Duration.ofMillis(800)),
          Duration.ofSeconds(2),
          Duration.ofMillis(100));

  private final InMemoryStore store = new InMemoryStore();
  private final List<ActorSystem> systems = new ArrayList<>();

  @AfterEach
  void close() {
    systems.parallelStream().forEach(system -> TestKit.shutdownActorSystem(system, true));
    store.close();
  }

  @Test
  void the_others_of_a_silent_member_declare_it_dead_and_it_ends_its_system() throws Exception {
    var a = member(store);
    var b = member(store);
    var c = member(store);
    formed(3, a, b, c);

    cut(c, a);
    cut(c, b);

    formed(2, a, b);
    assertThat(ended(c)).as("the member that was declared dead ends its system").isTrue();
  }

  @Test
  void of_two_that_see_a_third_but_not_each_other_one_goes() throws Exception {
    var a = member(store);
    var b = member(store);
    var c = member(store);
    formed(3, a, b, c);

    cut(b, c);

    formed(2, a, b);
    assertThat(ended(c)).as("the younger goes").isTrue();
  }

  @Test
  void of_two_that_see_a_third_but_not_each_other_the_one_that_can_commit_stays() throws Exception {
    var deaf = new InMemoryStore();
    deaf.refuseWrites(StoreException.Kind.NO_MAJORITY);
    var a = member(store);
    var b = member(deaf);
    var c = member(store);
    formed(3, a, b, c);

    cut(b, c);

    formed(2, a, c);
    assertThat(ended(b)).as("the older, which cannot commit, goes").isTrue();
    deaf.close();
  }

  @Test
  void a_side_that_cannot_reach_the_store_gives_itself_up_and_declares_nobody() throws Exception {
    var unreachable = new InMemoryStore();
    unreachable.refuseWrites(StoreException.Kind.NO_MAJORITY);
    var a = member(store);
    var b = member(unreachable);
    formed(2, a, b);

    cut(a, b);

    formed(1, a);
    assertThat(ended(b)).as("the side without the store ends its system").isTrue();
    unreachable.close();
  }

  private ActorSystem member(InMemoryStore its) {
    var setup =
        ActorSystemSetup.create(
            BootstrapSetup.create(config()),
            new DowningSetup(new Downs(its), System::currentTimeMillis, BRISK, new Knocking()));
    var system = ActorSystem.create("regrow", setup);
    systems.add(system);
    return system;
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
                advanced {
                  test-mode = on
                  # Nobody is left who would take what is still to be sent.
                  shutdown-flush-timeout = 100ms
                }
              }
              cluster {
                downing-provider-class = "dev.regrow.actors.downing.StoreDowningProvider"
                jmx.enabled = off
                gossip-interval = 100ms
                leader-actions-interval = 100ms
                unreachable-nodes-reaper-interval = 100ms
                periodic-tasks-initial-delay = 20ms
                failure-detector { heartbeat-interval = 100ms, acceptable-heartbeat-pause = 1s }
              }
              coordinated-shutdown { exit-jvm = off, terminate-actor-system = on }
            }
            """)
        .withFallback(ConfigFactory.load());
  }

  /** Joined by all that are given, and seen so by each of them. */
  private void formed(int count, ActorSystem... those) {
    var first = Cluster.get(those[0]);
    for (var system : those) {
      var cluster = Cluster.get(system);
      if (cluster.selfMember().status() == MemberStatus.removed()) {
        cluster.join(first.selfAddress());
        until("%s to be up".formatted(cluster.selfAddress()), () -> isUp(cluster));
      }
    }
    for (var system : those) {
      var cluster = Cluster.get(system);
      until(
          "%s to see %d members up".formatted(cluster.selfAddress(), count),
          () -> up(cluster) == count && cluster.state().getUnreachable().isEmpty());
    }
  }

  private static boolean isUp(Cluster cluster) {
    return cluster.selfMember().status() == MemberStatus.up();
  }

  private static long up(Cluster cluster) {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .map(Member::status)
        .filter(MemberStatus.up()::equals)
        .count();
  }

  private static boolean ended(ActorSystem system) throws Exception {
    system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    return true;
  }

  private static void cut(ActorSystem one, ActorSystem other) throws Exception {
    swallow(one, other);
    swallow(other, one);
  }

  private static void swallow(ActorSystem here, ActorSystem there) throws Exception {
    var transport = ((RemoteActorRefProvider) ((ExtendedActorSystem) here).provider()).transport();
    var command =
        new ThrottlerTransportAdapter.SetThrottle(
            Cluster.get(there).selfAddress(),
            bothWays(),
            ThrottlerTransportAdapter.Blackhole$.MODULE$);
    Await.result(
        transport.managementCommand(command), scala.concurrent.duration.Duration.create("10s"));
  }

  /** An object within an object of Scala, which Java has no name for. */
  private static ThrottlerTransportAdapter.Direction bothWays()
      throws ReflectiveOperationException {
    var both = Class.forName(ThrottlerTransportAdapter.class.getName() + "$Direction$Both$");
    return (ThrottlerTransportAdapter.Direction) both.getField("MODULE$").get(null);
  }

  private void until(String what, BooleanSupplier fact) {
    var probe = new TestKit(systems.get(0));
    probe.awaitCond(SOON, Duration.ofMillis(50), fact::getAsBoolean);
    assertThat(fact.getAsBoolean()).as(what).isTrue();
  }
}
