package dev.regrow.client.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a gateway listens.
 *
 * @param secure TLS, with the context's CA
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record Endpoint(boolean secure, String host, int port) {

  private static final int DEFAULT_PORT = 7400;

  /**
   * Reads {@code http://HOST[:PORT]}, {@code https://HOST[:PORT]}, or {@code HOST[:PORT]} for plain
   * HTTP on loopback and TLS elsewhere.
   *
   * @throws IllegalArgumentException saying what was expected
   */
  public static Endpoint parse(String address) {
    var text = address.strip();
    boolean schemeGiven = text.contains("://");
    URI uri;
    try {
      uri = new URI(schemeGiven ? text : "regrow://" + text);
    } catch (URISyntaxException e) {
      throw notAnAddress(address);
    }
    var host = uri.getHost();
    if (host == null || host.isEmpty() || uri.getUserInfo() != null) {
      throw notAnAddress(address);
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    boolean secure =
        switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
          case "http" -> false;
          case "https" -> true;
          case "regrow" -> !isLoopback(host);
          default -> throw notAnAddress(address);
        };
    return new Endpoint(secure, host, uri.getPort() == -1 ? DEFAULT_PORT : uri.getPort());
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
  }

  private static IllegalArgumentException notAnAddress(String address) {
    return new IllegalArgumentException(
        "\"" + address + "\" is not an address; write it as http://127.0.0.1:7400");
  }

  /** As it appears in a Host header. */
  String authority() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return (secure ? "https://" : "http://") + authority();
  }
}
