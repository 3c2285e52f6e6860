package dev.regrow.gateway.http;

import dev.regrow.actors.control.Caller;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Request;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through a handler.
 *
 * @param path the values of the path's variables
 * @param format what the answer is to be written as
 * @param pass what the token that was shown allows; empty: none was needed
 */
record Call(
    Request request,
    Route route,
    Map<String, String> path,
    Parameters parameters,
    Format format,
    BodyReader bodies,
    Optional<Pass> pass) {

  static final String INDEX_HEADER = "X-Regrow-Index";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  String uri() {
    return request.target().path();
  }

  @Nullable String header(String name) {
    return request.header(name);
  }

  /** A variable of the path as it came; for changes whose body is checked against it. */
  String raw(String variable) {
    var value = path.get(variable);
    if (value == null) {
      throw new IllegalStateException(route.path().text() + " has no variable " + variable);
    }
    return value;
  }

  /** A variable of the path that is a name; nothing has a name that is none, so 404. */
  String name(String variable) {
    var value = raw(variable);
    if (!isName(value)) {
      throw HttpProblem.notFound(
          "nothing has the %s \"%s\": names are 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends"
              .formatted(variable, shortened(value)));
    }
    return value;
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  WorkloadRef ref() {
    return new WorkloadRef(name("namespace"), name("workload"));
  }

  /** What the token may that was shown, be it more than the route needs. */
  Caller caller() {
    return pass.filter(shown -> shown.role().allows(Role.DEPLOY)).isPresent()
        ? Caller.MAY_DEPLOY
        : Caller.MAY_READ;
  }

  ReadPoint readPoint() {
    var header = header(INDEX_HEADER);
    if (header == null) {
      return parameters.readPoint(0);
    }
    if (!header.matches("\\d{1,18}")) {
      throw HttpProblem.malformed(
          "%s: %s is no index; send the number as it came".formatted(INDEX_HEADER, header));
    }
    return parameters.readPoint(Long.parseLong(header));
  }

  /** What the path and the parameters ask for. */
  ListQuery listQuery() {
    return new ListQuery(
        path.containsKey("namespace") ? Optional.of(name("namespace")) : Optional.empty(),
        path.containsKey("workload") ? Optional.of(name("workload")) : parameters.text("workload"),
        parameters.labels(),
        parameters.limit(),
        parameters.text("continue").orElse(""));
  }

  EntityTags precondition() {
    return EntityTags.of(header("If-Match"), header("If-None-Match"));
  }

  CompletionStage<Body> body() {
    return bodies.read(request, route.prompt());
  }

  /** The body as it is, whatever its type. */
  CompletionStage<byte[]> bytes() {
    return bodies.bytes(request, route.bodyMax());
  }

  static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
