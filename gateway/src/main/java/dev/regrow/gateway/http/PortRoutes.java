package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.Onward;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Connections of people to ports of instances, from inside their networks. */
final class PortRoutes {

  /** Channels as of exec; see {@link dev.regrow.gateway.server.Dialogue}. */
  static final String PROTOCOL = "v5.channel.k8s.io";

  private static final int PORT_MAX = 65_535;

  private final Whereabouts whereabouts;
  private final Onward onward;
  private final Places places = new Places(64, 256);

  PortRoutes(Whereabouts whereabouts, Onward onward) {
    this.whereabouts = whereabouts;
    this.onward = onward;
  }

  List<Route> routes() {
    return List.of(
        Route.change(
                "GET",
                "/v1/namespaces/{namespace}/instances/{instance}/portforward",
                Set.of("port"),
                this::forward)
            .needing(Role.DEPLOY)
            .as(List.of())
            .changingNothing());
  }

  private CompletionStage<Answer> forward(Call call) {
    Upgrades.require(call, PROTOCOL);
    int port = port(call.parameters());
    return whereabouts.answer(call, key -> here(call, key, port));
  }

  private static int port(Parameters parameters) {
    long port =
        parameters
            .number("port", 1)
            .orElseThrow(() -> HttpProblem.malformed("a port is needed: ?port=8080"));
    if (port > PORT_MAX) {
      throw HttpProblem.malformed("port=%d is none: they end at %d".formatted(port, PORT_MAX));
    }
    return (int) port;
  }

  private CompletionStage<Answer> here(Call call, InstanceKey key, int port) {
    var instance = ExecRoutes.running(whereabouts, key);
    var place = places.take(key);
    var audited = Audit.connects(call, port, key);
    Runnable over =
        () -> {
          place.run();
          audited.run();
        };
    return instance
        .connect(port)
        .handle(
            (connection, failure) -> {
              if (connection != null) {
                return connected(call, connection, over);
              }
              over.run();
              throw refused(key, failure);
            });
  }

  private Answer connected(Call call, SocketChannel connection, Runnable over) {
    try {
      var dialogue = onward.over(connection, over);
      return Upgrades.answer(call, PROTOCOL, () -> dialogue);
    } catch (IOException e) {
      over.run();
      throw HttpProblem.of(409, "conflict", "the connection broke: " + e.getMessage());
    }
  }

  private static RuntimeException refused(InstanceKey key, Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RuntimeFailure
        ? HttpProblem.of(409, "conflict", "%s: %s".formatted(key.instanceId(), cause.getMessage()))
        : new CompletionException(cause);
  }
}
