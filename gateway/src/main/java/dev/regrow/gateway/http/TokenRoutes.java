package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.gateway.auth.AdminToken;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.TokenDesk;
import dev.regrow.gateway.server.Answer;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Who may come in: for admins alone. */
final class TokenRoutes {

  private static final String ALL = "/v1/tokens";

  private final Supplier<Optional<TokenDesk>> desk;
  private final Supplier<ControlPlane> control;

  TokenRoutes(Supplier<Optional<TokenDesk>> desk, Supplier<ControlPlane> control) {
    this.desk = desk;
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read(ALL, Set.of("limit", "continue", "watch", "since"), this::list)
            .needing(Role.ADMIN),
        Route.change("POST", ALL, Set.of(), this::create).needing(Role.ADMIN),
        Route.change("DELETE", ALL + "/{id}", Set.of(), this::revoke).needing(Role.ADMIN));
  }

  private TokenDesk desk() {
    return desk.get()
        .orElseThrow(
            () -> HttpProblem.unavailable("the store is not open yet, and it keeps the tokens"));
  }

  private CompletionStage<Answer> list(Call call) {
    if (call.parameters().flag("watch")) {
      return WatchAnswers.watch(call, control.get(), WatchKind.TOKENS, ListQuery.all());
    }
    var at = call.readPoint();
    var after = call.parameters().text("continue").orElse("");
    if (!after.isEmpty() && !Call.isName(after)) {
      throw HttpProblem.malformed("this continue token is not one of this list; list again");
    }
    return desk()
        .list(after, call.parameters().limit(), at.consistent(), at.minIndex())
        .thenApply(tokens -> Answers.object(200, call.format(), tokens));
  }

  private CompletionStage<Answer> create(Call call) {
    return call.body()
        .thenApply(body -> checked(Codec.read(TokenRequest.getDefaultInstance(), body)))
        .thenCompose(wanted -> desk().issue(wanted))
        .thenApply(
            token ->
                Answers.object(201, call.format(), token)
                    .with("Location", ALL + "/" + token.getId())
                    .with("Cache-Control", "no-store"));
  }

  private static TokenRequest checked(TokenRequest wanted) {
    boolean ofNamespaces =
        wanted.getRole() == TokenRole.TOKEN_READ || wanted.getRole() == TokenRole.TOKEN_DEPLOY;
    if (wanted.getNamespacesCount() > 0 && !ofNamespaces) {
      throw HttpProblem.invalid(
          "namespaces",
          "only tokens of role read or deploy can be of some namespaces; leave it out");
    }
    for (int i = 0; i < wanted.getNamespacesCount(); i++) {
      if (!Call.isName(wanted.getNamespaces(i))) {
        throw HttpProblem.invalid(
            "namespaces[" + i + "]",
            "is no name: 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends");
      }
    }
    return wanted;
  }

  private CompletionStage<Answer> revoke(Call call) {
    var id = call.name("id");
    if (id.equals(AdminToken.ID)) {
      throw HttpProblem.of(
          409,
          "conflict",
          "the token admin belongs to the node's context.json and would come back with it; to change it,"
              + " stop the node, delete that file and start the node again");
    }
    return desk()
        .revoke(id)
        .thenApply(
            token ->
                Answers.object(
                    200,
                    call.format(),
                    token.orElseThrow(() -> HttpProblem.notFound("there is no token " + id))));
  }
}
