package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.server.Request;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets in who has a token that allows it: 401 for no good token, 403 for one that may not. */
final class Gate {

  private static final String REALM = "Bearer realm=\"regrow\"";

  private final Tokens tokens;

  Gate(Tokens tokens) {
    this.tokens = tokens;
  }

  /** What the token allows; nothing: none is needed. */
  Optional<Pass> admit(Request request, Router.Match match) {
    var route = match.route();
    if (route.needs().isEmpty()) {
      return Optional.empty();
    }
    var pass = admit(request, route.needs().get());
    var namespace = match.path().get("namespace");
    boolean within = namespace == null ? route.shared() : pass.namespaces().contains(namespace);
    if (!pass.countsEverywhere() && !within) {
      throw forbidden(
          "the token counts only in %s; ask for what is in %s"
              .formatted(
                  String.join(", ", pass.namespaces()),
                  pass.namespaces().size() == 1 ? "it" : "one of them"));
    }
    return Optional.of(pass);
  }

  /** Whether {@link #learn} must be awaited before anybody is admitted. */
  boolean mustLearn() {
    return tokens.mustAsk();
  }

  /** Makes sure that what is known here of the token that is shown is fresh. */
  CompletionStage<Void> learn(Request request) {
    var header = header(request);
    return isBearer(header) ? tokens.learn(shown(header)) : CompletableFuture.completedFuture(null);
  }

  private static String header(Request request) {
    var header = request.header("Authorization");
    return header == null ? "" : header;
  }

  private static boolean isBearer(String header) {
    return header.regionMatches(true, 0, "Bearer ", 0, 7);
  }

  private static String shown(String header) {
    var text = header.substring(7).trim();
    int authority = text.indexOf('@'); // A join token may come whole; that part is for the joiner.
    return authority < 0 ? text : text.substring(0, authority);
  }

  Pass admit(Request request, Role needed) {
    var header = header(request);
    if (!isBearer(header)) {
      throw unauthenticated("a token is needed: send Authorization: Bearer TOKEN", REALM);
    }
    var pass = tokens.passOf(shown(header)).orElseThrow(this::unknown);
    request.admit();
    if (!pass.role().allows(needed)) {
      throw forbidden(
          "the token has the role %s; this needs %s".formatted(pass.role().text(), needed.text()));
    }
    return pass;
  }

  private HttpProblem unknown() {
    return tokens.isWaiting()
        ? HttpProblem.unavailable(
            "this node has not read the cluster's tokens yet, so it cannot tell whether this one is"
                + " good; try again, or ask another node")
        : unauthenticated(
            "the token is unknown, revoked or expired; ask for a new one",
            REALM + ", error=\"invalid_token\"");
  }

  private static HttpProblem forbidden(String detail) {
    return HttpProblem.of(403, "forbidden", detail);
  }

  private static HttpProblem unauthenticated(String detail, String challenge) {
    return HttpProblem.of(401, "unauthenticated", detail).with("WWW-Authenticate", challenge);
  }
}
