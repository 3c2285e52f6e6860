package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.stream.LocalInstances;
import dev.regrow.gateway.stream.LogEvents;
import dev.regrow.gateway.stream.LogFeed;
import dev.regrow.gateway.stream.ServerSentEvents;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import dev.regrow.v1.Instance;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What instances wrote. Those of this node can be read while the cluster is away. */
final class LogRoutes {

  private static final Set<String> PARAMETERS = Set.of("follow", "tail", "previous", "since");
  private static final int ALL_ATTEMPTS = 0;
  private static final int PREVIOUS_ATTEMPT = -1;
  private static final int TAIL_MAX = 1_000_000;

  private final Supplier<ControlPlane> control;
  private final LocalInstances local;
  private final String node;
  private final Clock clock;

  LogRoutes(Supplier<ControlPlane> control, LocalInstances local, String node, Clock clock) {
    this.control = control;
    this.local = local;
    this.node = node;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/namespaces/{namespace}/instances/{instance}/logs", PARAMETERS, this::logs)
            .as(Format.LOGS));
  }

  private CompletionStage<Answer> logs(Call call) {
    var query = query(call.parameters());
    return find(call)
        .thenApply(
            key -> {
              var answer =
                  call.format() == Format.EVENT_STREAM
                      ? Answers.stream(
                          call.format(),
                          LogFeed.read(local.logs(), key, query, LogEvents::event),
                          ServerSentEvents.comment())
                      : Answers.stream(
                          call.format(), LogFeed.read(local.logs(), key, query, Logs.Chunk::bytes));
              return answer.with("X-Content-Type-Options", "nosniff");
            });
  }

  private Logs.Query query(Parameters parameters) {
    long tail = parameters.number("tail", -1).orElse(-1L);
    return new Logs.Query(
        parameters.flag("previous") ? PREVIOUS_ATTEMPT : ALL_ATTEMPTS,
        (int) Math.min(TAIL_MAX, tail),
        parameters.since(clock.instant()).orElse(null),
        parameters.flag("follow"));
  }

  private CompletionStage<InstanceKey> find(Call call) {
    var namespace = call.name("namespace");
    var wanted = call.name("instance");
    var here = local.find(namespace, wanted);
    if (here.isPresent()) {
      return CompletableFuture.completedFuture(here.get());
    }
    return control
        .get()
        .instance(namespace, wanted, call.readPoint())
        .thenApply(
            instance -> {
              if (instance.getNode().isEmpty()) {
                throw HttpProblem.notFound(
                    "%s has written nothing yet, as it is not placed: %s"
                        .formatted(instance.getSlot(), instance.getMessage()));
              }
              if (!instance.getNode().equals(node)) {
                throw elsewhere(instance);
              }
              return new InstanceKey(
                  instance.getNamespace(), instance.getWorkload(), instance.getId());
            });
  }

  private static Refusal elsewhere(Instance instance) {
    return new Refusal(
        Refusal.Kind.UNAVAILABLE,
        "the logs of %s are on node %s; ask its gateway (GET /v1/nodes/%s has the address)"
            .formatted(instance.getSlot(), instance.getNode(), instance.getNode()));
  }
}
