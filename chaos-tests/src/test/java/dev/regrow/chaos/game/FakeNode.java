package dev.regrow.chaos.game;

import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Fault;
import dev.regrow.v1.FaultKind;
import dev.regrow.v1.FaultList;
import dev.regrow.v1.FaultRequest;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.StoreHealth;
import dev.regrow.v1.StoreServer;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A gateway that knows nodes n1 (a server that leads) and n2, others that it is told of, an
 * instance of web on the first two, and its own node's faults. It refuses, and breaks off, what it
 * is told to.
 */
final class FakeNode implements AutoCloseable {

  private static final String PROTOBUF = "application/x-protobuf";

  private final String name;
  private final HttpServer server;
  private final Map<String, Fault> faults = new ConcurrentHashMap<>();
  private final List<FaultRequest> begun = new ArrayList<>();
  private final AtomicInteger number = new AtomicInteger();
  private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
  private final List<Node> others = new ArrayList<>();
  private final List<StoreServer> servers = new ArrayList<>();
  private List<FaultKind> allowed = List.of();
  private volatile String leader = "n1";
  private volatile @Nullable String brokenOff;

  FakeNode(String name) {
    this.name = name;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("listen", e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  FakeNode allowing(FaultKind... kinds) {
    allowed = List.of(kinds);
    return this;
  }

  /** Knows of another node, too; or more of one that it knows. */
  FakeNode knowing(Node.Builder node) {
    others.removeIf(each -> each.getName().equals(node.getName()));
    others.add(node.build());
    return this;
  }

  /** Knows that this node keeps the store there. */
  FakeNode keeping(String node, String address) {
    servers.add(StoreServer.newBuilder().setNode(node).setAddress(address).build());
    return this;
  }

  void ledBy(String node) {
    leader = node;
  }

  /** From now on requests of this method are answered so. */
  void refuse(String method, int status) {
    refusals.put(method, status);
  }

  /** From now on it does what a request of this method asks for, and nobody learns of it. */
  void breakOff(@Nullable String method) {
    brokenOff = method;
  }

  /** One that somebody else has begun. */
  void beginForeign(FaultKind kind, String instance) {
    faults.put(
        "other", Fault.newBuilder().setId("other").setKind(kind).setInstance(instance).build());
  }

  /** The ids of those that go on. */
  List<String> faults() {
    return faults.keySet().stream().sorted().toList();
  }

  /** What was asked for, in order. */
  synchronized List<FaultRequest> asked() {
    return List.copyOf(begun);
  }

  private void answer(HttpExchange exchange) throws IOException {
    var method = exchange.getRequestMethod();
    var path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    var refusal = path.contains("/faults") ? refusals.get(method) : null;
    if (refusal != null) {
      var words = "refused with %d by %s".formatted(refusal, name);
      send(exchange, refusal, "text/plain", words.getBytes(StandardCharsets.UTF_8));
      return;
    }
    var answer = path.contains("/faults") ? faults(method, path, body) : known(path);
    if (method.equals(brokenOff)) {
      exchange.close();
    } else if (answer == null) {
      send(exchange, 404, "text/plain", ("no " + path).getBytes(StandardCharsets.UTF_8));
    } else {
      send(exchange, 200, PROTOBUF, answer.toByteArray());
    }
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private @Nullable Message faults(String method, String path, byte[] body) throws IOException {
    return switch (method) {
      case "GET" ->
          FaultList.newBuilder().addAllItems(faults.values()).addAllAllowed(allowed).build();
      case "POST" -> begin(FaultRequest.parseFrom(body));
      default -> faults.remove(path.substring(path.lastIndexOf('/') + 1));
    };
  }

  private synchronized Fault begin(FaultRequest request) {
    begun.add(request);
    var fault =
        Fault.newBuilder()
            .setId("fault-" + number.incrementAndGet())
            .setNode(name)
            .setKind(request.getKind())
            .setInstance(request.getInstance())
            .addAffects("%s of %s on %s".formatted(request.getKind(), request.getInstance(), name))
            .build();
    faults.put(fault.getId(), fault);
    return fault;
  }

  private @Nullable Message known(String path) {
    var answers = new LinkedHashMap<String, Message>();
    answers.put(
        "/v1/cluster",
        Cluster.newBuilder()
            .setLeader(leader)
            .setStore(StoreHealth.newBuilder().setWritable(true).addAllServers(servers))
            .build());
    answers.put("/v1/nodes", NodeList.newBuilder().addAllItems(nodes()).build());
    answers.put(
        "/v1/namespaces/default/workloads",
        WorkloadList.newBuilder().addItems(Workload.newBuilder().setName("web")).build());
    answers.put(
        "/v1/namespaces/default/instances",
        InstanceList.newBuilder()
            .addItems(instance("web-0", "n1"))
            .addItems(instance("web-1", "n2"))
            .build());
    return answers.get(path);
  }

  private List<Node> nodes() {
    var all = new LinkedHashMap<String, Node>();
    all.put("n1", Node.newBuilder().setName("n1").addRoles("server").build());
    all.put("n2", Node.newBuilder().setName("n2").addRoles("worker").build());
    others.forEach(each -> all.put(each.getName(), each));
    return List.copyOf(all.values());
  }

  private static Instance instance(String slot, String node) {
    return Instance.newBuilder()
        .setId(slot + "-id")
        .setSlot(slot)
        .setWorkload("web")
        .setNode(node)
        .setPhase(InstancePhase.INSTANCE_RUNNING)
        .build();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
