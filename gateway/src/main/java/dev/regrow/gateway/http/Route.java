package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Role;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One thing that can be asked.
 *
 * @param needs the role that a token must have; empty: no token
 * @param formats what an answer can be written as; empty: the handler alone decides
 * @param parameters what may stand behind the question mark
 * @param shared whether it holds nothing of any namespace, so that tokens of some may have it too
 * @param changes whether it may change something, so that no answer in time means "outcome unknown"
 */
record Route(
    String method,
    PathTemplate path,
    Optional<Role> needs,
    List<Format> formats,
    Set<String> parameters,
    boolean changes,
    boolean shared,
    Handler handler) {

  /** Answers a call; failures are {@link HttpProblem} or a {@code Refusal}. */
  interface Handler {
    CompletionStage<HttpResponse> handle(Call call);
  }

  static Route read(String path, Set<String> parameters, Handler handler) {
    return new Route(
        "GET",
        PathTemplate.of(path),
        Optional.of(Role.READ),
        Format.OBJECTS,
        parameters,
        false,
        false,
        handler);
  }

  static Route change(String method, String path, Set<String> parameters, Handler handler) {
    return new Route(
        method,
        PathTemplate.of(path),
        Optional.of(Role.DEPLOY),
        Format.OBJECTS,
        parameters,
        true,
        false,
        handler);
  }

  static Route open(String path, Handler handler) {
    return new Route(
        "GET", PathTemplate.of(path), Optional.empty(), List.of(), Set.of(), false, true, handler);
  }

  Route needing(Role role) {
    return new Route(
        method, path, Optional.of(role), formats, parameters, changes, shared, handler);
  }

  Route as(List<Format> others) {
    return new Route(method, path, needs, others, parameters, changes, shared, handler);
  }

  Route changingNothing() {
    return new Route(method, path, needs, formats, parameters, false, shared, handler);
  }

  /** For tokens of some namespaces, too. */
  Route forAll() {
    return new Route(method, path, needs, formats, parameters, changes, true, handler);
  }
}
