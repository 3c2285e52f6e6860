package dev.regrow.actors.bootstrap;

import dev.regrow.core.model.Ports;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a node is told when it starts.
 *
 * @param name as people call it; a DNS label
 * @param data its own directory, made if it is missing
 * @param bind the address that it listens on and is reached at
 * @param gatewayUrl where its gateway will answer; told to the others
 * @param clusterPort of the cluster system, TCP
 * @param storePort of the store, TCP
 * @param roles {@code server} and others
 * @param lease how long an exclusive instance lives without a majority
 * @param away how long after a stop nothing of this node's is replaced elsewhere
 * @param labels what people say of it, for placement
 */
public record NodeConfig(
    String name,
    Path data,
    String bind,
    String gatewayUrl,
    int clusterPort,
    int storePort,
    Set<String> roles,
    Duration lease,
    Duration away,
    Map<String, String> labels) {

  public static final String SERVER = "server";

  public static final int GATEWAY_PORT = 7400;
  public static final int CLUSTER_PORT = 7410;
  public static final int STORE_PORT = 7420;

  public NodeConfig {
    roles = Set.copyOf(roles);
    labels = Map.copyOf(labels);
  }

  /** Whether it keeps the store and its share of the control plane. */
  public boolean isServer() {
    return roles.contains(SERVER);
  }

  /** That it listens on. */
  public Ports ports() {
    int gateway = URI.create(gatewayUrl).getPort();
    return Ports.of(
        Stream.of(gateway, clusterPort, storePort)
            .filter(port -> port > 0)
            .map(port -> Ports.code(port, false))
            .toList());
  }

  /** A server with the usual ports. */
  public static NodeConfig of(String name, Path data, String bind) {
    return new NodeConfig(
        name,
        data,
        bind,
        "http://%s:%d".formatted(bind, GATEWAY_PORT),
        CLUSTER_PORT,
        STORE_PORT,
        Set.of("server"),
        Duration.ofSeconds(10),
        Duration.ofMinutes(2),
        Map.of());
  }

  /** The same with other ports. */
  public NodeConfig withPorts(int newClusterPort, int newStorePort) {
    return new NodeConfig(
        name, data, bind, gatewayUrl, newClusterPort, newStorePort, roles, lease, away, labels);
  }
}
