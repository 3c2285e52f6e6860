package dev.regrow.gateway.testing;

import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.TokenDesk;
import dev.regrow.gateway.auth.TokenText;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.http.Backend;
import dev.regrow.gateway.http.GatewayServer;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import dev.regrow.v1.StoredToken;
import dev.regrow.v1.Token;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A gateway on a loopback port in front of fakes, with a client that has a token. */
public final class TestGateway implements AutoCloseable {

  /** What join tokens name. */
  public static final String AUTHORITY = "sha256:" + "5".repeat(64);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  public final FakeControlPlane control = new FakeControlPlane();
  public final FakeLogs logs = new FakeLogs();
  public final FakeImages images = new FakeImages();
  public final FakeFaults faults = new FakeFaults();
  public final InMemoryStore store = new InMemoryStore();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Role, String> tokens;
  private final GatewayServer server;

  /** A server's. */
  public TestGateway() {
    this(newTokens(), Optional.empty(), TestGateway::noTls);
  }

  /** A worker's, who knows these servers; takes the tokens of the first, as all nodes do. */
  public static TestGateway ofWorker(TestGateway first, List<Node> servers) {
    return ofWorker(first, servers, TestGateway::noTls);
  }

  /** The same, with what proves this node and others to each other. */
  public static TestGateway ofWorker(TestGateway first, List<Node> servers, Supplier<NodeTls> tls) {
    return new TestGateway(first.tokens, Optional.of(servers), tls);
  }

  private static NodeTls noTls() {
    throw new IllegalStateException("loopback needs no certificate");
  }

  private static Map<Role, String> newTokens() {
    var tokens = new EnumMap<Role, String>(Role.class);
    for (var role : Role.values()) {
      tokens.put(role, TokenText.random(role.text()));
    }
    return tokens;
  }

  private TestGateway(
      Map<Role, String> tokens, Optional<List<Node>> servers, Supplier<NodeTls> tls) {
    this.tokens = tokens;
    var known = new Tokens(Clock.systemUTC());
    known.replaceAll(
        tokens.entrySet().stream()
            .map(
                entry ->
                    StoredToken.newBuilder()
                        .setId(entry.getKey().text())
                        .setRole(entry.getKey().text())
                        .setHash(TokenText.hash(entry.getValue()))
                        .build())
            .toList());
    var desk = new TokenDesk(store, known, Clock.systemUTC(), AUTHORITY);
    server =
        GatewayServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                tls,
                new Backend(
                    servers.isEmpty() ? "n1" : "n7",
                    () -> control,
                    control::notReady,
                    logs,
                    () -> Optional.of(images),
                    () -> Optional.of(faults),
                    known,
                    () -> Optional.of(desk),
                    TestGateway::admit,
                    () -> servers.map(CompletableFuture::completedStage)),
                new Metrics())
            .toCompletableFuture()
            .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .join();
  }

  /** Lets everybody in, as a server or not. */
  private static CompletionStage<NodeJoinReply> admit(NodeJoinRequest request, NodeRole role) {
    return CompletableFuture.completedFuture(
        NodeJoinReply.newBuilder().setClusterId(request.getNodeUid() + "/" + role.text()).build());
  }

  public String token(Role role) {
    return tokens.getOrDefault(role, "");
  }

  /** As other nodes know it. */
  public Node node() {
    return node("n1", server.address().getPort());
  }

  /** A node whose gateway listens there, or not. */
  public static Node node(String name, int port) {
    return Node.newBuilder().setName(name).setAddress("http://127.0.0.1:" + port).build();
  }

  public InetSocketAddress address() {
    return server.address();
  }

  /** A request with the admin's token. */
  public HttpRequest.Builder request(String path) {
    return anonymous(path).header("Authorization", "Bearer " + token(Role.ADMIN));
  }

  /** A new token, by what is asked for in JSON. */
  public Token issue(String wanted) {
    var request =
        request("/v1/tokens")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(wanted));
    return Schema.parse(
            Token.getDefaultInstance(),
            send(request).body().getBytes(StandardCharsets.UTF_8),
            Syntax.JSON)
        .orThrow();
  }

  /** A request with this token. */
  public HttpRequest.Builder as(Token token, String path) {
    return anonymous(path).header("Authorization", "Bearer " + token.getToken());
  }

  /** A request without a token. */
  public HttpRequest.Builder anonymous(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.address().getPort() + path))
        .timeout(PATIENCE);
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    return send(request, HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request) {
    return send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  /** For answers without an end. */
  public HttpResponse<InputStream> open(HttpRequest.Builder request) {
    return send(request, HttpResponse.BodyHandlers.ofInputStream());
  }

  private <T> HttpResponse<T> send(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
    try {
      return client.send(request.build(), handler);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  public HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  public HttpResponse<String> put(String path, String contentType, String body, String... headers) {
    var request =
        request(path)
            .header("Content-Type", contentType)
            .PUT(HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(request);
  }

  /** Declares a workload that is valid. */
  public HttpResponse<String> declare(String name) {
    return put("/v1/namespaces/default/workloads/" + name, "application/yaml", manifest(name));
  }

  public static String manifest(String name) {
    return String.join(
        "\n",
        List.of(
            "kind: Service",
            "name: " + name,
            "labels: {team: shop}",
            "replicas: 2",
            "instance:",
            "  command: [/bin/sleep, \"1000\"]",
            "  network: none",
            ""));
  }

  @Override
  public void close() {
    server
        .stop(Duration.ofMillis(100))
        .toCompletableFuture()
        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .join();
    store.close();
  }
}
