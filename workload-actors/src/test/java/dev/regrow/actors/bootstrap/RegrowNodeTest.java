package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.runtime.NodeRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegrowNodeTest {

  private final ActorTestKit kit = ActorTestKit.create();

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void a_node_is_ready_no_sooner_than_the_cluster_can_tell_of_it(@TempDir Path data)
      throws Exception {
    try (var store = new InMemoryStore()) {
      var node = node(data, "worker", store);

      node.isMember();
      assertThat(node.notReady()).contains("node n1 is entering the cluster");
      assertThat(node.serving().toCompletableFuture()).isNotDone();

      node.isRegistered();
      assertThat(node.notReady()).isEmpty();
      assertThat(node.serving().toCompletableFuture()).isCompleted();
    }
  }

  @Test
  void a_server_that_the_store_let_go_comes_again_unless_it_is_to_be_a_worker(@TempDir Path data)
      throws Exception {
    try (var store = new InMemoryStore()) {
      var stays = node(data, "server", store);
      stays.isWanted("server");
      assertThat(stays.roleWanted().toCompletableFuture()).isNotDone();
      stays.isLetGo();
      assertThat(stays.roleWanted().toCompletableFuture()).isCompletedWithValue("server");

      var goes = node(data, "server", store);
      goes.isWanted("worker");
      goes.isLetGo();
      assertThat(goes.roleWanted().toCompletableFuture()).isCompletedWithValue("worker");
    }
  }

  private RegrowNode node(Path data, String role, Store store) throws IOException {
    return new RegrowNode(
        config(data, role),
        NodeIdentity.openOrBootstrap(data.resolve("id"), "127.0.0.1", Clock.systemUTC()),
        kit.system(),
        CompletableFuture.<NodeRuntime>completedFuture(new FakeNodeRuntime(new FakeClock())),
        CompletableFuture.completedFuture(store),
        Runnable::run);
  }

  private static NodeConfig config(Path data, String role) {
    return new NodeConfig(
        "n1",
        data,
        "127.0.0.1",
        "http://127.0.0.1:7400",
        7410,
        7420,
        Set.of(role),
        Duration.ofSeconds(10),
        Duration.ofMinutes(2),
        Map.of());
  }
}
