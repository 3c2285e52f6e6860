package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.Handler;
import dev.regrow.gateway.server.HttpServer;
import dev.regrow.gateway.server.Onward;
import dev.regrow.gateway.server.Request;
import dev.regrow.gateway.server.Unreadable;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.v1.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom a node shows a token that it was given. */
@Timeout(60)
final class RelayTest {

  private static final String LOOPBACK = "127.0.0.1";

  private final Path data;

  RelayTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_token_is_shown_to_the_node_that_is_meant_and_to_no_other_of_the_cluster()
      throws Exception {
    var first = NodeIdentity.openOrBootstrap(data.resolve("n1"), LOOPBACK, Clock.systemUTC());
    var second = joined(first, "n2");
    var third = joined(first, "n3");
    var tls = NodeTls.of(first.tls()); // One for all calls, so that sessions may be resumed.
    var heard = new Listening();
    var at = started(second, heard);
    try (var servers = new TestGateway();
        var meant = TestGateway.ofWorker(servers, node(second, at), () -> tls);
        var other = TestGateway.ofWorker(servers, node(third, at), () -> tls)) {
      assertThat(meant.get("/v1/workloads").statusCode()).isEqualTo(200);
      assertThat(heard.tokens).containsExactly("Bearer " + meant.token(Role.ADMIN));

      var refused = other.get("/v1/workloads");
      var unnamed = TestGateway.ofWorker(servers, List.of(node("n4", "https", at)), () -> tls);
      var refusedToo = unnamed.get("/v1/workloads");
      unnamed.close();

      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body())
          .contains("not-applied")
          .contains("who answers there is %s".formatted(second.nodeUid()))
          .contains("that node is %s".formatted(third.nodeUid()));
      assertThat(refusedToo.statusCode()).isEqualTo(503);
      assertThat(meant.get("/v1/workloads").statusCode()).isEqualTo(200);
      assertThat(heard.tokens).hasSize(2);
    } finally {
      at.stop(Duration.ZERO).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void plain_HTTP_is_spoken_on_loopback_and_by_who_is_reached_there_alone() {
    try (var onward = new Onward()) {
      var onLoopback = new Relay(onward, RelayTest::noTls, "n1", true);
      var elsewhere = new Relay(onward, RelayTest::noTls, "n1", false);
      var here = Node.newBuilder().setName("n2").setAddress("http://127.0.0.1:8080").build();
      var there = Node.newBuilder().setName("n2").setAddress("http://192.0.2.1:8080").build();
      var odd = Node.newBuilder().setName("n2").setAddress("ftp://127.0.0.1:8080").build();
      var far = Node.newBuilder().setName("n2").setAddress("https://127.0.0.1:99999").build();

      assertThat(onLoopback.target(here).proof()).isNull();
      for (var refused : List.of(there, odd, far)) {
        assertThatThrownBy(() -> onLoopback.target(refused)).isInstanceOf(HttpProblem.class);
      }
      for (var refused : List.of(here, there)) {
        assertThatThrownBy(() -> elsewhere.target(refused))
            .isInstanceOf(HttpProblem.class)
            .hasMessageContaining("never sent there in plain HTTP");
      }
    }
  }

  private static NodeTls noTls() {
    throw new IllegalStateException("nobody is called");
  }

  private NodeIdentity joined(NodeIdentity by, String name) throws IOException {
    var join = NodeJoin.prepare(data.resolve(name), LOOPBACK);
    return join.accept(
        ClusterAuthority.of(by)
            .orElseThrow()
            .admit(join.request(), NodeRole.SERVER, List.of(), Instant.now(), Duration.ofDays(1)));
  }

  private static HttpServer started(NodeIdentity identity, Handler handler) throws Exception {
    var tls = NodeTls.of(identity.tls());
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return HttpServer.secure(at, handler, tls::serving, Runnable::run)
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  private static List<Node> node(NodeIdentity identity, HttpServer at) {
    return List.of(node("n2", "https", at).toBuilder().setUid(identity.nodeUid()).build());
  }

  private static Node node(String name, String scheme, HttpServer at) {
    var address = "%s://%s:%d".formatted(scheme, LOOPBACK, at.address().getPort());
    return Node.newBuilder().setName(name).setAddress(address).build();
  }

  /** Writes down each token that it is shown. */
  private static final class Listening implements Handler {
    private final Queue<String> tokens = new ConcurrentLinkedQueue<>();

    @Override
    public CompletionStage<Answer> answer(Request request) {
      tokens.add(String.valueOf(request.header("Authorization")));
      return CompletableFuture.completedFuture(Answer.empty(200));
    }

    @Override
    public void madeRoom() {}

    @Override
    public Answer unreadable(Unreadable why) {
      return Answer.empty(why.status());
    }
  }
}
