package dev.regrow.gateway.http;

import dev.regrow.core.identity.NodeRole;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.v1.NodeJoinRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The door for new nodes. */
final class JoinRoutes {

  private static final String ROLE = "role";

  private final Admits admits;

  JoinRoutes(Admits admits) {
    this.admits = admits;
  }

  List<Route> routes() {
    return List.of(Route.change("POST", "/v1/join", Set.of(ROLE), this::join).needing(Role.JOIN));
  }

  private CompletionStage<Answer> join(Call call) {
    var wanted = call.parameters().text(ROLE).orElse(NodeRole.WORKER.text());
    var role =
        NodeRole.of(wanted)
            .orElseThrow(
                () ->
                    HttpProblem.malformed(
                        "role=%s is not server, worker or witness".formatted(wanted)));
    return call.body()
        .thenApply(body -> Codec.read(NodeJoinRequest.getDefaultInstance(), body))
        .thenCompose(request -> admits.admit(request, role))
        .thenApply(reply -> Answers.object(200, call.format(), reply));
  }
}
