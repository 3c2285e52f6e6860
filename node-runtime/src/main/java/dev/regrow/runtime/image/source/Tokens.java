package dev.regrow.runtime.image.source;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.JsonDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What to show a repository of a registry: nothing, a password, or a token of its token service.
 */
final class Tokens {

  private static final int ANSWER_MAX = 64 << 10;
  private static final long SHORTEST_SECONDS = 60;
  private static final long LONGEST_SECONDS = 3600;
  private static final int KEPT_MAX = 1000;

  private final RegistryHttp http;
  private final Map<Who, Shown> shown = new ConcurrentHashMap<>();

  /** What one may see is nothing that another may be shown. */
  private record Who(String repository, @Nullable Credentials credentials) {}

  private record Shown(String authorization, long untilNanos) {}

  Tokens(RegistryHttp http) {
    this.http = http;
  }

  /** What was right lately; null: nothing is known to be needed. */
  @Nullable String known(String repository, @Nullable Credentials credentials) {
    var last = shown.get(new Who(repository, credentials));
    return last != null && last.untilNanos() - System.nanoTime() > 0 ? last.authorization() : null;
  }

  /**
   * Answers a challenge.
   *
   * @param by who was asked, and by whom the token service is named
   * @param repository host and name
   * @throws RuntimeFailure if there is nothing to answer with
   */
  String answer(
      URI by,
      String repository,
      String name,
      Challenge challenge,
      @Nullable Credentials credentials)
      throws IOException {
    var answer =
        challenge.scheme().equals("basic")
            ? new Shown(basic(repository, credentials), until(LONGEST_SECONDS))
            : token(by, repository, name, challenge, credentials);
    if (shown.size() >= KEPT_MAX) {
      shown.clear();
    }
    shown.put(new Who(repository, credentials), answer);
    return answer.authorization();
  }

  void forget(String repository, @Nullable Credentials credentials) {
    shown.remove(new Who(repository, credentials));
  }

  private static String basic(String repository, @Nullable Credentials credentials) {
    if (credentials == null) {
      throw new RuntimeFailure(
          repository + " wants a user and a password; give the node credentials for it", false);
    }
    return credentials.basic();
  }

  private Shown token(
      URI by,
      String repository,
      String name,
      Challenge challenge,
      @Nullable Credentials credentials)
      throws IOException {
    var realm = challenge.parameter("realm");
    var scope = "repository:" + name + ":pull";
    var query = "scope=" + encoded(scope);
    if (!challenge.parameter("service").isEmpty()) {
      query += "&service=" + encoded(challenge.parameter("service"));
    }
    var uri = uri(by, repository, realm + (realm.contains("?") ? "&" : "?") + query);
    var bytes = new ByteArrayOutputStream();
    var answer =
        http.get(
            uri,
            credentials == null ? null : credentials.basic(),
            Map.of("Accept", "application/json"),
            (status, headers) -> Bounded.into(bytes, ANSWER_MAX, "a token"));
    if (answer.status() != 200) {
      boolean denied = answer.status() == 401 || answer.status() == 403;
      throw new RuntimeFailure(
          "%s refuses a token for %s (HTTP %d)%s"
              .formatted(
                  RegistryHttp.withoutQuery(uri),
                  repository,
                  answer.status(),
                  denied ? "; check name, user and password" : ""),
          !denied);
    }
    var json = JsonDocument.read("the token service's answer", bytes.toByteArray());
    var token = json.text("token").isEmpty() ? json.text("access_token") : json.text("token");
    if (token.isEmpty() || !token.matches("[\\x21-\\x7e]{1,16384}")) {
      throw new IOException(RegistryHttp.withoutQuery(uri) + " answers without a token");
    }
    long seconds = Math.max(SHORTEST_SECONDS, json.number("expires_in"));
    return new Shown("Bearer " + token, until(Math.min(LONGEST_SECONDS, seconds)));
  }

  private static URI uri(URI by, String repository, String text) throws IOException {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(repository + " names no token service that can be asked", e);
    }
    var objection = Hosts.objection(uri, by);
    if (objection.isPresent()) {
      throw new RuntimeFailure(
          "%s names a token service that is not asked: %s".formatted(repository, objection.get()),
          false);
    }
    return uri;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static long until(long seconds) {
    return System.nanoTime() + (seconds - 10) * 1_000_000_000L;
  }
}
