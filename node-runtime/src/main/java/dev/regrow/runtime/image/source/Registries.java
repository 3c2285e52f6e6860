package dev.regrow.runtime.image.source;

import dev.regrow.runtime.crypto.NativeCrypto;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.ImageReference.Layout;
import dev.regrow.runtime.image.ImageReference.Registry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The door to all places that have images; what was learned of registries is kept. Thread-safe. */
public final class Registries implements Sources {

  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final RegistryHttp http;
  private final Tokens tokens;
  private final Map<String, String> schemes = new ConcurrentHashMap<>();

  private Registries(RegistryHttp http) {
    this.http = http;
    this.tokens = new Tokens(http);
  }

  /** That trusts what the JDK does. */
  public static Registries standard() {
    return demanding(LeastRate.USUAL);
  }

  /** That trusts what the JDK does, and waits only for what comes so fast. */
  public static Registries demanding(LeastRate least) {
    return new Registries(new RegistryHttp(SILENCE, least, null));
  }

  /**
   * @param silence how long an answer, or a part of it, may take
   */
  public static Registries trusting(SSLContext tls, Duration silence) {
    return new Registries(new RegistryHttp(silence, LeastRate.USUAL, tls));
  }

  @Override
  public ImageSource open(ImageReference reference, @Nullable Credentials credentials)
      throws IOException {
    NativeCrypto.use();
    if (reference instanceof Registry registry) {
      return new RegistrySource(this, registry, credentials);
    }
    return LayoutSource.open(((Layout) reference).path());
  }

  RegistryHttp http() {
    return http;
  }

  Tokens tokens() {
    return tokens;
  }

  /** TLS always, but for a registry on this machine that does not speak it. */
  String scheme(String host) throws IOException {
    if (!Hosts.isLoopback(host)) {
      return "https";
    }
    var known = schemes.get(host);
    if (known != null) {
      return known;
    }
    var found = speaksPlainly(host) ? "http" : "https";
    schemes.put(host, found);
    return found;
  }

  /** A server of TLS answers 400 to plain HTTP, or closes; one of registries 200 or 401. */
  private boolean speaksPlainly(String host) throws IOException {
    try {
      var answer =
          http.get(
              URI.create("http://" + host + "/v2/"),
              null,
              Map.of(),
              (status, headers) -> bytes -> {});
      return answer.status() != 400;
    } catch (IOException e) {
      if (e.getCause() instanceof java.net.ConnectException) {
        throw e;
      }
      return false;
    }
  }
}
