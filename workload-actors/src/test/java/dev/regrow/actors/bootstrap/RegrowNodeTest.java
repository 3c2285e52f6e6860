package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.runtime.NodeRuntime;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegrowNodeTest {

  @Test
  void a_node_is_ready_no_sooner_than_the_cluster_can_tell_of_it(@TempDir Path data)
      throws Exception {
    var kit = ActorTestKit.create();
    try (var store = new InMemoryStore()) {
      var node =
          new RegrowNode(
              worker(data),
              NodeIdentity.openOrBootstrap(data.resolve("id"), "127.0.0.1", Clock.systemUTC()),
              kit.system(),
              CompletableFuture.<NodeRuntime>completedFuture(new FakeNodeRuntime(new FakeClock())),
              CompletableFuture.<Store>completedFuture(store),
              Runnable::run);

      node.isMember();
      assertThat(node.notReady()).contains("node n1 is entering the cluster");
      assertThat(node.serving().toCompletableFuture()).isNotDone();

      node.isRegistered();
      assertThat(node.notReady()).isEmpty();
      assertThat(node.serving().toCompletableFuture()).isCompleted();
    } finally {
      kit.shutdownTestKit();
    }
  }

  private static NodeConfig worker(Path data) {
    return new NodeConfig(
        "n1",
        data,
        "127.0.0.1",
        "http://127.0.0.1:7400",
        7410,
        7420,
        Set.of("worker"),
        Duration.ofSeconds(10),
        Duration.ofMinutes(2),
        Map.of());
  }
}
