package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.Handler;
import dev.regrow.gateway.server.Request;
import dev.regrow.gateway.server.Unreadable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes a request through route, token, format and handler, and gives every failure the shape of a
 * problem. Thread-safe.
 */
final class Dispatcher implements Handler {

  private static final int IN_FLIGHT_MAX = 1024;
  private static final String UNKNOWN = "unknown";

  private final Router router;
  private final Gate gate;
  private final Tenure tenure;
  private final BodyReader bodies;
  private final Executor workers;
  private final Metrics metrics;
  private final LongSupplier index;
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);

  /**
   * @param workers where handlers run that may block or take long
   * @param index goes out with every answer
   */
  Dispatcher(
      Router router,
      Tokens tokens,
      BodyReader bodies,
      Executor workers,
      Metrics metrics,
      LongSupplier index) {
    this.router = router;
    this.gate = new Gate(tokens);
    this.tenure = new Tenure(tokens);
    this.bodies = bodies;
    this.workers = workers;
    this.metrics = metrics;
    this.index = index;
  }

  @Override
  public CompletionStage<Answer> answer(Request request) {
    long began = System.nanoTime();
    var found = router.find(request.method(), request.target().segments());
    return bounded(request, () -> admitted(request, found))
        .handle((answer, failure) -> whole(request, found, began, answer, failure));
  }

  private Answer whole(
      Request request,
      Router.Found found,
      long began,
      @Nullable Answer answer,
      @Nullable Throwable failure) {
    var uri = request.target().path();
    var whole = answer;
    if (failure != null || whole == null) {
      var cause = failure == null ? new IllegalStateException("no answer") : failure;
      whole =
          Answers.problem(
              Failures.problem(cause, changes(found), request.method() + " " + uri), uri);
    }
    var route = found instanceof Router.Match match ? match.route().path().text() : UNKNOWN;
    metrics.answered(request.method(), route, whole.status(), System.nanoTime() - began);
    long known = Math.max(index.getAsLong(), whole.index());
    return whole.with(Call.INDEX_HEADER, Long.toString(known));
  }

  @Override
  public void madeRoom() {
    metrics.madeRoom();
  }

  @Override
  public Answer unreadable(Unreadable why) {
    var detail = String.valueOf(why.getMessage());
    var problem =
        switch (why.status()) {
          case 405 -> // A method that nobody knows: the same as one that is not possible here.
              HttpProblem.of(405, "method-not-allowed", detail)
                  .with("Allow", "DELETE, GET, HEAD, OPTIONS, POST, PUT");
          case 408 -> HttpProblem.of(408, "too-slow", detail);
          case 414 -> HttpProblem.of(414, "uri-too-long", detail);
          case 417 -> HttpProblem.of(417, "expectation-failed", detail);
          case 431 -> HttpProblem.of(431, "header-too-large", detail);
          default -> HttpProblem.malformed(detail);
        };
    return Answers.problem(problem, "");
  }

  private CompletableFuture<Answer> bounded(
      Request request, Supplier<CompletionStage<Answer>> answer) {
    if (!inFlight.tryAcquire()) {
      return CompletableFuture.failedFuture(
          HttpProblem.of(
                  429,
                  "too-many-requests",
                  "%d requests are being answered already; try again".formatted(IN_FLIGHT_MAX))
              .with("Retry-After", "1"));
    }
    var bounded = new CompletableFuture<Answer>();
    var unused = bounded.whenComplete((whole, failure) -> inFlight.release());
    request.whenLate(() -> bounded.completeExceptionally(new TimeoutException()));
    CompletionStage<Answer> begun;
    try {
      begun = answer.get();
    } catch (RuntimeException e) {
      bounded.completeExceptionally(e);
      return bounded;
    }
    var unusedToo =
        begun.whenComplete(
            (whole, failure) -> {
              if (failure != null) {
                bounded.completeExceptionally(failure);
              } else if (!bounded.complete(whole)) {
                whole.abandon(); // Too late: nobody is going to read it.
              }
            });
    return bounded;
  }

  /** Who shows a token that this node must ask about waits for that. */
  private CompletionStage<Answer> admitted(Request request, Router.Found found) {
    return gate.mustLearn()
        ? gate.learn(request).thenCompose(learned -> answer(request, found))
        : answer(request, found);
  }

  private CompletionStage<Answer> answer(Request request, Router.Found found) {
    if (found instanceof Router.Match match) {
      var pass = gate.admit(request, match);
      var answer = handled(call(request, match, pass));
      return pass.isEmpty() ? answer : answer.thenApply(whole -> tenure.of(pass.get(), whole));
    }
    gate.admit(request, Role.READ);
    if (found instanceof Router.OtherMethods others) {
      return CompletableFuture.completedFuture(otherMethod(request.method(), others));
    }
    throw HttpProblem.notFound(
        "there is nothing at %s; GET /openapi.json says what there is"
            .formatted(Call.shortened(request.target().path())));
  }

  private CompletionStage<Answer> handled(Call call) {
    var route = call.route();
    return route.prompt()
        ? route.handler().handle(call)
        : CompletableFuture.supplyAsync(() -> route.handler().handle(call), workers)
            .thenCompose(answer -> answer);
  }

  private static Answer otherMethod(String method, Router.OtherMethods others) {
    var allowed = String.join(", ", others.allowed());
    if (method.equals("OPTIONS")) {
      return Answer.empty(204).with("Allow", allowed);
    }
    throw HttpProblem.of(
            405,
            "method-not-allowed",
            "%s is not possible here; there is %s".formatted(Call.shortened(method), allowed))
        .with("Allow", allowed);
  }

  private Call call(Request request, Router.Match match, Optional<Pass> pass) {
    var route = match.route();
    var parameters = new Parameters(request.target().query());
    parameters.allow(route.parameters());
    var format = Format.JSON;
    if (!route.formats().isEmpty()) {
      var offered = offered(route, parameters);
      format =
          Negotiation.choose(request.header("Accept"), offered)
              .orElseThrow(
                  () ->
                      HttpProblem.of(
                          406,
                          "not-acceptable",
                          "this can be had as "
                              + String.join(
                                  ", ", offered.stream().map(Format::mediaType).toList())));
    }
    return new Call(request, route, match.path(), parameters, format, bodies, pass);
  }

  private static List<Format> offered(Route route, Parameters parameters) {
    boolean watches = route.parameters().contains("watch") && parameters.flag("watch");
    return watches ? Format.WATCHES : route.formats();
  }

  private static boolean changes(Router.Found found) {
    return found instanceof Router.Match match && match.route().changes();
  }
}
