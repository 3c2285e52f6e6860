package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * One thing that can be asked.
 *
 * @param needs the role that a token must have; empty: no token
 * @param formats what an answer can be written as; empty: the handler alone decides
 * @param parameters what may stand behind the question mark
 * @param shared whether it holds nothing of any namespace, so that tokens of some may have it too
 * @param prompt whether it can be answered by the threads that read sockets: it never blocks, and
 *     what is written and read is small
 * @param changes whether it may change something, so that no answer in time means "outcome unknown"
 * @param bodyMax bytes that a body may have
 */
record Route(
    String method,
    PathTemplate path,
    Optional<Role> needs,
    List<Format> formats,
    Set<String> parameters,
    boolean changes,
    boolean shared,
    boolean prompt,
    int bodyMax,
    Handler handler) {

  /** Answers a call; failures are {@link HttpProblem} or a {@code Refusal}. */
  interface Handler {
    CompletionStage<Answer> handle(Call call);
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
        false,
        BodyReader.BYTES_MAX,
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
        false,
        BodyReader.BYTES_MAX,
        handler);
  }

  static Route open(String path, Handler handler) {
    return new Route(
        "GET",
        PathTemplate.of(path),
        Optional.empty(),
        List.of(),
        Set.of(),
        false,
        true,
        true,
        BodyReader.BYTES_MAX,
        handler);
  }

  Route needing(Role role) {
    return new Route(
        method,
        path,
        Optional.of(role),
        formats,
        parameters,
        changes,
        shared,
        prompt,
        bodyMax,
        handler);
  }

  Route as(List<Format> others) {
    return new Route(
        method, path, needs, others, parameters, changes, shared, prompt, bodyMax, handler);
  }

  Route changingNothing() {
    return new Route(
        method, path, needs, formats, parameters, false, shared, prompt, bodyMax, handler);
  }

  /** For tokens of some namespaces, too. */
  Route forAll() {
    return new Route(
        method, path, needs, formats, parameters, changes, true, prompt, bodyMax, handler);
  }

  Route taking(int most) {
    return new Route(
        method, path, needs, formats, parameters, changes, shared, prompt, most, handler);
  }

  Route answeredBy(Handler other) {
    return new Route(
        method, path, needs, formats, parameters, changes, shared, prompt, bodyMax, other);
  }

  /** Never blocks, and has little to write. */
  Route promptly() {
    return new Route(
        method, path, needs, formats, parameters, changes, shared, true, bodyMax, handler);
  }
}
