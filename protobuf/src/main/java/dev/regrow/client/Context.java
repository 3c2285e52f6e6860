package dev.regrow.client;

import dev.regrow.client.http.Endpoint;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Which cluster, and as whom.
 *
 * @param address a gateway's URL
 * @param token "" for none, which only /healthz and /readyz accept
 * @param ca the certificates to trust, PEM, or {@code sha256:HEX} of one; "" for the JDK's own
 * @param namespace where names are looked up
 * @param nodes of a local cluster, which {@code up} started; else empty
 */
public record Context(
    String address, String token, String ca, String namespace, List<LocalNode> nodes) {

  public static final String DEFAULT_NAMESPACE = "default";

  /**
   * A node that {@code up} started on this machine.
   *
   * @param pid of its JVM, valid only together with {@code startTime}
   * @param startTime of that process: field 22 of /proc/PID/stat, in clock ticks since boot; 0:
   *     unknown
   * @param data its directory
   */
  public record LocalNode(String name, String address, long pid, long startTime, String data) {}

  public Context withNamespace(String other) {
    return new Context(address, token, ca, other, nodes);
  }

  public Context withNodes(List<LocalNode> others) {
    return new Context(address, token, ca, namespace, List.copyOf(others));
  }

  /** The same cluster, by one of its nodes alone. */
  public Context at(String otherAddress) {
    return new Context(otherAddress, token, ca, namespace, List.of());
  }

  /** The address first, then the nodes' own. */
  List<Endpoint> endpoints() {
    // By their text: a record's own hashCode is linked at run time, which each command would pay
    // for.
    var endpoints = new LinkedHashMap<String, Endpoint>();
    var first = Endpoint.parse(address);
    endpoints.put(first.toString(), first);
    for (var node : nodes) {
      var endpoint = Endpoint.parse(node.address());
      endpoints.putIfAbsent(endpoint.toString(), endpoint);
    }
    return List.copyOf(endpoints.values());
  }

  /** Never the token. */
  @Override
  public String toString() {
    return "Context[" + address + ", namespace " + namespace + ", nodes " + nodes + "]";
  }
}
