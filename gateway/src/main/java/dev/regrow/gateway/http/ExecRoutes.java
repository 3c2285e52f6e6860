package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.stream.ExecFeed;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RunningInstance;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Further commands in instances, for people. What they do is not known here, so they count as
 * changes: one that may have begun is not sent to another node.
 */
final class ExecRoutes {

  private static final Set<String> PARAMETERS = Set.of("command", "tty");
  private static final int ARGUMENTS_MAX = 256;
  private static final int PATH_MAX = 4096;

  /** Until the client says. */
  private static final Exec.Window USUAL = new Exec.Window(24, 80);

  private final Whereabouts whereabouts;
  private final Places places = new Places(16, 128);

  ExecRoutes(Whereabouts whereabouts) {
    this.whereabouts = whereabouts;
  }

  List<Route> routes() {
    return List.of(
        Route.change(
                "GET",
                "/v1/namespaces/{namespace}/instances/{instance}/exec",
                PARAMETERS,
                this::exec)
            .needing(Role.DEPLOY)
            .as(List.of()),
        Route.change(
                "GET",
                "/v1/namespaces/{namespace}/instances/{instance}/files",
                Set.of("path", "name"),
                this::files)
            .needing(Role.DEPLOY)
            .as(List.of()));
  }

  private CompletionStage<Answer> files(Call call) {
    Upgrades.require(call, ExecFeed.PROTOCOL);
    var path = path(call.parameters(), "path").filter(text -> !text.isEmpty());
    if (path.isEmpty()) {
      throw HttpProblem.malformed("a path is needed: ?path=/srv");
    }
    var command =
        path(call.parameters(), "name")
            .map(name -> Exec.Command.takingFiles(path.get(), name))
            .orElseGet(() -> Exec.Command.givingFiles(path.get()));
    return whereabouts.answer(
        call, key -> CompletableFuture.completedFuture(here(call, key, command)));
  }

  private static Optional<String> path(Parameters parameters, String name) {
    var path = parameters.text(name);
    if (path.filter(text -> text.indexOf(0) >= 0 || text.length() >= PATH_MAX).isPresent()) {
      throw HttpProblem.malformed("the parameter \"%s\" is no path".formatted(name));
    }
    return path;
  }

  private CompletionStage<Answer> exec(Call call) {
    Upgrades.require(call, ExecFeed.PROTOCOL);
    var command = command(call.parameters());
    return whereabouts.answer(
        call, key -> CompletableFuture.completedFuture(here(call, key, command)));
  }

  private static Exec.Command command(Parameters parameters) {
    var arguments = parameters.texts("command");
    if (arguments.isEmpty() || arguments.get(0).isEmpty()) {
      throw HttpProblem.malformed("a command is needed: ?command=/bin/ls&command=-l");
    }
    if (arguments.size() > ARGUMENTS_MAX) {
      throw HttpProblem.malformed("a command has at most %d words".formatted(ARGUMENTS_MAX));
    }
    if (arguments.stream().anyMatch(word -> word.indexOf(0) >= 0)) {
      throw HttpProblem.malformed("a word of a command cannot hold a NUL");
    }
    return new Exec.Command(arguments, parameters.flag("tty") ? USUAL : null);
  }

  private Answer here(Call call, InstanceKey key, Exec.Command command) {
    var instance = running(whereabouts, key);
    var place = places.take(key);
    var audited = Audit.runs(call, command, key, instance.attempt());
    Runnable over =
        () -> {
          place.run();
          audited.run();
        };
    return Upgrades.answer(
        call,
        ExecFeed.PROTOCOL,
        () -> new ExecFeed(listener -> instance.exec(command, listener), over));
  }

  static RunningInstance running(Whereabouts whereabouts, InstanceKey key) {
    return whereabouts
        .local()
        .running(key)
        .orElseThrow(
            () ->
                HttpProblem.of(
                    409,
                    "conflict",
                    "%s is not running at the moment; regrow explain %s says why"
                        .formatted(key.instanceId(), key.workload())));
  }
}
