package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.cli.Failure;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.Nodes;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.http.Endpoint;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A running cluster, through its gateways; it is left as it was found. */
final class AttachedVenue implements Venue {

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);

  private final Context context;
  private final Map<String, String> gateways;
  private final NodeFaults faults;

  private AttachedVenue(
      Context context, Map<String, String> gateways, Map<String, String> machines, long seed) {
    this.context = context;
    this.gateways = gateways;
    this.faults = new NodeFaults(context, gateways, machines, seed);
  }

  static AttachedVenue of(Context context, long seed) {
    try (var client = RegrowClient.of(context, ANSWERED_WITHIN)) {
      var cluster = client.send(Calls.cluster());
      if (!cluster.getStore().getWritable()) {
        throw Failure.error(
            "the cluster takes no changes: "
                + cluster.getStore().getMessage()
                + "; nothing was done");
      }
      var gateways = new LinkedHashMap<String, String>();
      var machines = new LinkedHashMap<String, String>();
      Paging.nodes(client).getItemsList().stream()
          .filter(node -> node.getPhase() != NodePhase.NODE_DOWN)
          .sorted(java.util.Comparator.comparing(Node::getName))
          .forEach(
              node -> {
                if (Nodes.isWitness(node)) {
                  store(cluster, node).ifPresent(at -> machines.put(node.getName(), host(at)));
                } else {
                  gateways.put(node.getName(), node.getAddress());
                  machines.put(node.getName(), host(node.getAddress()));
                }
              });
      return new AttachedVenue(context, gateways, machines, seed);
    }
  }

  /** Where a node keeps the store: all that there is of a witness. */
  private static Optional<String> store(Cluster cluster, Node node) {
    return cluster.getStore().getServersList().stream()
        .filter(server -> server.getNode().equals(node.getName()))
        .map(StoreServer::getAddress)
        .findFirst();
  }

  private static String host(String address) {
    return Endpoint.parse(address).host();
  }

  @Override
  public String words() {
    return "%s with %d nodes".formatted(context.address(), gateways.size());
  }

  @Override
  public String namespace() {
    return context.namespace();
  }

  @Override
  public List<String> nodes() {
    return List.copyOf(gateways.keySet());
  }

  /** By the nodes' own addresses, too: the context may know one of them only. */
  @Override
  public RegrowClient client(Duration timeout) {
    var all = new ArrayList<Context.LocalNode>();
    gateways.forEach((name, address) -> all.add(new Context.LocalNode(name, address, 0, 0, "")));
    return RegrowClient.of(context.withNodes(all), timeout);
  }

  @Override
  public Socket connect(String node, int port, Duration within) throws IOException {
    var host = URI.create(gateways.getOrDefault(node, "http://" + node)).getHost();
    var socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host, port), (int) Math.max(1, within.toMillis()));
      return socket;
    } catch (IOException failed) {
      socket.close();
      throw failed;
    }
  }

  @Override
  public Injector injector() {
    return faults;
  }

  @Override
  public String refusal(Set<FaultKind> kinds) {
    var words = kinds.stream().map(FaultKind::text).sorted().collect(Collectors.toList());
    var known = NodeFaults.KINDS.keySet().stream().map(FaultKind::text).sorted().toList();
    var strange = words.stream().filter(word -> !known.contains(word)).toList();
    return strange.isEmpty()
        ? "not every node allows %s; start the nodes with --allow-faults %s"
            .formatted(String.join(" and ", words), String.join(",", words))
        : "a running cluster cannot be made to suffer %s, only %s; use cluster: {own: {nodes: 3}}"
            .formatted(String.join(" and ", strange), String.join(", ", known));
  }

  @Override
  public void close() {
    faults.close();
  }
}
