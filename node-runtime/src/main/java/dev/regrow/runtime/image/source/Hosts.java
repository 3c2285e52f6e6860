package dev.regrow.runtime.image.source;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/** Which hosts are asked how. Pure. */
final class Hosts {

  private Hosts() {}

  /** The registry's real address: Docker Hub has another than its name. */
  static String address(String host) {
    return host.equals("docker.io") ? "registry-1.docker.io" : host;
  }

  /** The repository's real name: Docker Hub's own images are below library/. */
  static String repository(String host, String name) {
    return host.equals("docker.io") && name.indexOf('/') < 0 ? "library/" + name : name;
  }

  /** Names and addresses that never leave this machine; others that resolve to it do not count. */
  static boolean isLoopback(String host) {
    var name = host.startsWith("[") ? host : host.replaceFirst(":[0-9]+$", "");
    return name.equals("localhost")
        || name.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}")
        || name.equals("[::1]")
        || name.matches("\\[::1]:[0-9]+");
  }

  /**
   * Why nothing may be asked for there; empty: it may, by TLS or on this machine.
   *
   * @param from who leads there: to this machine nobody but who is on it
   */
  static Optional<String> objection(URI to, URI from) {
    boolean bySafeWay =
        to.getHost() != null
            && ("https".equals(to.getScheme())
                || ("http".equals(to.getScheme()) && isLoopback(to.getHost())));
    if (!bySafeWay) {
      return Optional.of("it is neither https nor on this machine");
    }
    return isThisMachine(to.getHost()) && !isThisMachine(from.getHost())
        ? Optional.of("it is on this machine, and %s is not".formatted(from.getHost()))
        : Optional.empty();
  }

  /**
   * Whatever leads to this machine and asks no name server. A name that resolves to it does not
   * count: by TLS whoever listens here would have to prove that he is of that name.
   */
  private static boolean isThisMachine(String host) {
    var name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.matches("0*(127|0)(\\.[0-9]+){3}")
        || (name.startsWith("[") && isThisMachineByAddress(name));
  }

  private static boolean isThisMachineByAddress(String literal) {
    try {
      var address = InetAddress.getByName(literal);
      return address.isLoopbackAddress() || address.isAnyLocalAddress();
    } catch (UnknownHostException none) {
      return true; // Nobody can say that it is not.
    }
  }

  /** Whether a secret of one is a secret of the other. */
  static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equals(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
  }
}
