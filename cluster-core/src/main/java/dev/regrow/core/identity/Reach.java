package dev.regrow.core.identity;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a node's gateway may be, by the hosts of its certificate: by TLS at one of them. On
 * loopback is only a node that is reached nowhere else, as there each machine finds itself; it may
 * speak plain HTTP. Pure, and asks no name service.
 */
final class Reach {

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");

  private Reach() {}

  static boolean covers(List<String> hosts, String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException none) {
      return false;
    }
    boolean bare = url.equals(uri.getScheme() + "://" + uri.getHost() + ":" + uri.getPort());
    if (uri.getHost() == null || !bare || uri.getPort() < 1 || uri.getPort() > 65_535) {
      return false;
    }
    var host = plain(uri.getHost());
    boolean here = isLoopback(host);
    boolean named = hosts.stream().anyMatch(one -> plain(one).equals(host));
    boolean onlyHere = hosts.stream().allMatch(one -> isLoopback(plain(one)));
    return named
        && here == onlyHere
        && (uri.getScheme().equals("https") || (here && uri.getScheme().equals("http")));
  }

  /** One text for each address, without brackets. */
  private static String plain(String host) {
    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      if (bare.contains(":")) {
        return InetAddress.getByName("[" + bare + "]").getHostAddress(); // Is never looked up.
      }
      return IPV4.matcher(bare).matches()
          ? InetAddress.getByName(bare).getHostAddress()
          : bare.toLowerCase(Locale.ROOT);
    } catch (UnknownHostException noAddress) {
      return bare;
    }
  }

  private static boolean isLoopback(String plain) {
    return plain.equals("localhost")
        || plain.endsWith(".localhost")
        || (IPV4.matcher(plain).matches() && plain.startsWith("127."))
        || plain.equals("0:0:0:0:0:0:0:1");
  }
}
