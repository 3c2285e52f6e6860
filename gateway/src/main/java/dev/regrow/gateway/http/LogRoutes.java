package dev.regrow.gateway.http;

import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.stream.LogEvents;
import dev.regrow.gateway.stream.LogFeed;
import dev.regrow.gateway.stream.ServerSentEvents;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import dev.regrow.v1.Attempt;
import dev.regrow.v1.AttemptList;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Reason;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What instances wrote. Those of this node can be read while the cluster is away. */
final class LogRoutes {

  private static final Set<String> PARAMETERS =
      Set.of("follow", "tail", "attempt", "previous", "since");
  private static final int ALL_ATTEMPTS = 0;
  private static final int PREVIOUS_ATTEMPT = -1;
  private static final int TAIL_MAX = 1_000_000;

  private final Whereabouts whereabouts;
  private final Clock clock;

  LogRoutes(Whereabouts whereabouts, Clock clock) {
    this.whereabouts = whereabouts;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/namespaces/{namespace}/instances/{instance}/logs", PARAMETERS, this::logs)
            .as(Format.LOGS),
        Route.read(
            "/v1/namespaces/{namespace}/instances/{instance}/attempts", Set.of(), this::attempts));
  }

  private CompletionStage<Answer> attempts(Call call) {
    return whereabouts.answer(
        call,
        key -> {
          var attempts = AttemptList.newBuilder();
          whereabouts.local().logs().attempts(key).stream()
              .map(LogRoutes::attempt)
              .forEach(attempts::addItems);
          return CompletableFuture.completedFuture(
              Answers.object(200, call.format(), attempts.build()));
        });
  }

  private static Attempt attempt(Logs.Attempt kept) {
    var attempt = Attempt.newBuilder().setAttempt(kept.attempt());
    if (kept.startedAt() != null) {
      attempt.setStartedAt(kept.startedAt().toEpochMilli());
    }
    var ended = kept.ended();
    if (ended != null) {
      var end =
          LastEnd.newBuilder()
              .setReason(Reason.valueOf(ended.reason().name()))
              .setSignal(ended.signal() == null ? "" : ended.signal())
              .setStartedAt(attempt.getStartedAt())
              .setFinishedAt(ended.finishedAt().toEpochMilli());
      if (ended.exitCode() != null) {
        end.setExitCode(ended.exitCode());
      }
      attempt.setEnd(end).setMessage(ended.message());
    }
    return attempt.build();
  }

  private CompletionStage<Answer> logs(Call call) {
    var query = query(call.parameters());
    return whereabouts.answer(
        call, key -> CompletableFuture.completedFuture(here(call, key, query)));
  }

  private Answer here(Call call, InstanceKey key, Logs.Query query) {
    var logs = whereabouts.local().logs();
    var answer =
        call.format() == Format.EVENT_STREAM
            ? Answers.stream(
                call.format(),
                LogFeed.read(logs, key, query, LogEvents::event),
                ServerSentEvents.comment())
            : Answers.stream(call.format(), LogFeed.read(logs, key, query, Logs.Chunk::bytes));
    return answer.with("X-Content-Type-Options", "nosniff");
  }

  private static int chosen(Parameters parameters) {
    var attempt = parameters.number("attempt", 1);
    if (parameters.flag("previous")) {
      if (attempt.isPresent()) {
        throw HttpProblem.malformed("previous and attempt exclude each other; send one");
      }
      return PREVIOUS_ATTEMPT;
    }
    return (int) Math.min(Integer.MAX_VALUE, attempt.orElse((long) ALL_ATTEMPTS));
  }

  private Logs.Query query(Parameters parameters) {
    long tail = parameters.number("tail", -1).orElse(-1L);
    return new Logs.Query(
        chosen(parameters),
        (int) Math.min(TAIL_MAX, tail),
        parameters.since(clock.instant()).orElse(null),
        parameters.flag("follow"));
  }
}
