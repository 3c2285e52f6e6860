package dev.regrow.runtime.image.source;

import java.net.URI;

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

  /** Whether bytes may be asked for there: by TLS, or on this machine. */
  static boolean mayBeAsked(URI uri) {
    return uri.getHost() != null
        && ("https".equals(uri.getScheme())
            || ("http".equals(uri.getScheme()) && isLoopback(uri.getHost())));
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
