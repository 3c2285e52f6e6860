package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.actors.control.Refusal;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import dev.regrow.core.identity.AuthorityName;
import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Names;
import dev.regrow.core.membership.Naming;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.gateway.auth.TokenText;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.http.Backend;
import dev.regrow.gateway.http.GatewayServer;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.testing.FakeControlPlane;
import dev.regrow.gateway.testing.FakeLogs;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway off loopback, and nodes that want in through it. */
class JoiningTest {

  private static final String TOKEN = TokenText.random("joiner");

  private final Path data;
  private final List<GatewayServer> gateways = new ArrayList<>();
  private final InMemoryStore store = new InMemoryStore();
  private NodeIdentity first;
  private InetAddress address;
  private boolean oldServer;

  JoiningTest(@TempDir Path data) {
    this.data = data;
  }

  @BeforeEach
  void cluster() throws IOException {
    var own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(one -> !one.isLoopbackAddress() && one.getAddress().length == 4)
            .findFirst();
    assumeTrue(own.isPresent(), "this machine has no address off loopback");
    address = own.get();
    first =
        NodeIdentity.openOrBootstrap(
            data.resolve("first"), address.getHostAddress(), Clock.systemUTC());
  }

  @AfterEach
  void end() {
    gateways.forEach(one -> one.stop(Duration.ZERO));
    store.close();
  }

  /** HOST:PORT of a gateway that shows that identity. */
  private String gateway(NodeIdentity shown) throws Exception {
    var tokens = new Tokens(Clock.systemUTC());
    tokens.replaceAll(
        List.of(
            StoredToken.newBuilder()
                .setId("joiner")
                .setRole("join")
                .setHash(TokenText.hash(TOKEN))
                .build()));
    var control = new FakeControlPlane();
    var backend =
        new Backend(
            "n1",
            () -> control,
            control::notReady,
            new FakeLogs(),
            Optional::empty,
            Optional::empty,
            tokens,
            Optional::empty,
            this::admit,
            Optional::empty);
    var server =
        GatewayServer.start(
                new InetSocketAddress(address, 0),
                () -> {
                  try {
                    return NodeTls.of(shown.tls());
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                },
                backend,
                new Metrics())
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    gateways.add(server);
    return address.getHostAddress() + ":" + server.address().getPort();
  }

  private CompletionStage<NodeJoinReply> admit(NodeJoinRequest request, NodeRole role) {
    if (oldServer && !request.getName().isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "has fields that this release does not know");
    }
    try {
      var reply =
          ClusterAuthority.of(first)
              .orElseThrow()
              .admit(request, role, List.of(), Instant.now(), Duration.ofDays(1));
      if (request.getName().isEmpty()) {
        return CompletableFuture.completedFuture(reply);
      }
      var asker = new Naming.Asker(request.getNodeUid(), request.getName(), request.getHosts(0));
      return new Names(store)
          .claim(asker, new StoreGroup(1, List.of()), uid -> failedStage(uid), 0)
          .thenApply(kept -> reply)
          .exceptionallyCompose(
              taken ->
                  CompletableFuture.failedFuture(
                      new Refusal(Refusal.Kind.CONFLICT, String.valueOf(taken.getMessage()))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CompletionStage<StoreGroup> failedStage(String uid) {
    return CompletableFuture.failedStage(new AssertionError(uid + " has no server"));
  }

  private void join(String name, String at, String token) throws IOException {
    var file = Files.writeString(data.resolve(name + ".token"), token + "\n");
    var options =
        NodeOptions.of(Map.of("name", name, "join", at, "join-token-file", file.toString()));
    Joining.ifNew(options, data.resolve(name), address.getHostAddress());
  }

  @Test
  void a_node_joins_with_an_address_and_a_token_alone() throws Exception {
    join("n2", gateway(first), TOKEN + "@" + AuthorityName.in(first.tls()));

    var joined = NodeIdentity.open(data.resolve("n2")).orElseThrow();
    assertThat(joined.clusterId()).isEqualTo(first.clusterId());
    assertThat(CertifiedNode.in(joined.tls()).role()).isEqualTo(NodeRole.WORKER);
    assertThat(ClusterAuthority.of(joined)).isEmpty();
  }

  @Test
  void a_node_is_not_let_in_under_the_name_of_one_that_lives_and_becomes_nobody() throws Exception {
    var token = TOKEN + "@" + AuthorityName.in(first.tls());
    new Membership(store)
        .register(
            "0123456789ab",
            node ->
                node.toBuilder()
                    .setName("n1")
                    .setAddress("https://10.0.0.5:7400")
                    .setMember("pekko://regrow@10.0.0.5:7410#1")
                    .setPhase(NodePhase.NODE_READY)
                    .build())
        .toCompletableFuture()
        .join();
    var at = gateway(first);

    assertThatThrownBy(() -> join("n1", at, token))
        .isInstanceOfSatisfying(
            StartFailure.class, failure -> assertThat(failure.exitCode()).isEqualTo(1))
        .hasMessageContaining("node n1 is not let in by " + at)
        .hasMessageContaining("a node called n1 at https://10.0.0.5:7400 is up already")
        .hasMessageContaining("give this one another --name");

    assertThat(NodeIdentity.open(data.resolve("n1"))).isEmpty();
    join("n2", at, token);
    assertThat(NodeIdentity.open(data.resolve("n2"))).isPresent();
  }

  @Test
  void a_server_of_the_release_before_which_knows_no_names_lets_a_node_in() throws Exception {
    oldServer = true;

    join("n2", gateway(first), TOKEN + "@" + AuthorityName.in(first.tls()));

    assertThat(NodeIdentity.open(data.resolve("n2"))).isPresent();
  }

  @Test
  void another_cluster_at_that_address_is_shown_no_token_and_the_node_may_try_again()
      throws Exception {
    var other =
        NodeIdentity.openOrBootstrap(
            data.resolve("other"), address.getHostAddress(), Clock.systemUTC());
    var token = TOKEN + "@" + AuthorityName.in(first.tls());

    assertThatThrownBy(() -> join("n2", gateway(other), token))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("nothing was sent")
        .hasMessageContaining(AuthorityName.in(other.tls()));

    assertThat(NodeIdentity.open(data.resolve("n2"))).isEmpty();
    join("n2", gateway(first), token);
    assertThat(NodeIdentity.open(data.resolve("n2"))).isPresent();
  }

  @Test
  void a_worker_of_the_cluster_is_shown_no_token_either() throws Exception {
    var asked = NodeJoin.prepare(data.resolve("worker"), address.getHostAddress());
    var worker =
        asked.accept(
            ClusterAuthority.of(first)
                .orElseThrow()
                .admit(
                    asked.request(),
                    NodeRole.WORKER,
                    List.of(),
                    Instant.now(),
                    Duration.ofDays(1)));

    assertThatThrownBy(
            () -> join("n2", gateway(worker), TOKEN + "@" + AuthorityName.in(first.tls())))
        .hasMessageContaining("no server of it");
  }

  @Test
  void a_token_that_names_no_cluster_is_not_sent_over_a_network() throws Exception {
    var at = gateway(first);

    assertThatThrownBy(() -> join("n2", at, TOKEN))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("does not say which cluster");
    assertThatThrownBy(() -> join("n2", at, "what is this"))
        .hasMessageContaining("no join token")
        .hasMessageNotContaining("what is this");
  }

  @Test
  void clients_verify_whom_they_speak_to() throws Exception {
    var at = gateway(first);
    var ca = Files.readString(first.tls().authority());

    assertThat(status("https://" + at, ca)).isEqualTo(200);
    assertThat(status("https://" + at, AuthorityName.in(first.tls()))).isEqualTo(200);
    assertThat(status(at, ca)).as("off loopback TLS is what is meant").isEqualTo(200);
    assertThatThrownBy(() -> status("https://" + at, "")).hasMessageContaining("cannot be reached");
    assertThatThrownBy(() -> status("https://" + at, "sha256:" + "0".repeat(64)))
        .hasMessageContaining("not the expected");
    assertThatThrownBy(() -> status("http://" + at, "")).isInstanceOf(RuntimeException.class);
  }

  @Test
  void a_node_that_was_given_another_ones_address_is_not_believed() throws Exception {
    var elsewhere =
        NodeIdentity.openOrBootstrap(data.resolve("else"), "192.0.2.7", Clock.systemUTC());
    var at = gateway(elsewhere);

    assertThatThrownBy(() -> status(at, Files.readString(elsewhere.tls().authority())))
        .hasMessageContaining(address.getHostAddress());
  }

  private static int status(String at, String ca) {
    var context = new Context(at, "", ca, Context.DEFAULT_NAMESPACE, List.of());
    try (var client = RegrowClient.of(context, Duration.ofSeconds(10))) {
      return client.text("/healthz").status();
    }
  }
}
