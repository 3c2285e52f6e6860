package dev.regrow.gateway.http;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.metrics.Metrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;

/**
 * Takes a request through route, token, format and handler, and gives every failure the shape of a
 * problem. Thread-safe.
 */
final class Dispatcher {

  private static final int IN_FLIGHT_MAX = 1024;
  private static final String UNKNOWN = "unknown";

  private final Router router;
  private final Gate gate;
  private final Tenure tenure;
  private final BodyReader bodies;
  private final Metrics metrics;
  private final LongSupplier index;
  private final Duration patience;
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);

  /**
   * @param index goes out with every answer
   * @param patience how long a handler may take to begin its answer
   */
  Dispatcher(
      Router router,
      Tokens tokens,
      BodyReader bodies,
      Metrics metrics,
      LongSupplier index,
      Duration patience) {
    this.router = router;
    this.gate = new Gate(tokens);
    this.tenure = new Tenure(tokens);
    this.bodies = bodies;
    this.metrics = metrics;
    this.index = index;
    this.patience = patience;
  }

  CompletionStage<HttpResponse> dispatch(HttpRequest request) {
    long began = System.nanoTime();
    var method = request.method().value().toUpperCase(Locale.ROOT);
    var uri = request.getUri().getPathString();
    var found = router.find(method, segments(request));
    var route = found instanceof Router.Match match ? match.route().path().text() : UNKNOWN;
    var body = bodies.of(request);
    return bounded(() -> admitted(request, method, found, body))
        .handle(
            (answer, failure) -> {
              body.discard();
              var whole =
                  failure == null
                      ? answer
                      : Answers.problem(
                          Failures.problem(failure, changes(found), method + " " + uri), uri);
              metrics.answered(method, route, whole.status().intValue(), System.nanoTime() - began);
              long known = Math.max(index.getAsLong(), Answers.index(whole));
              return whole.addHeader(RawHeader.create(Call.INDEX_HEADER, Long.toString(known)));
            });
  }

  private CompletionStage<HttpResponse> bounded(Supplier<CompletionStage<HttpResponse>> answer) {
    if (!inFlight.tryAcquire()) {
      return CompletableFuture.failedFuture(
          HttpProblem.of(
                  429,
                  "too-many-requests",
                  "%d requests are being answered already; try again".formatted(IN_FLIGHT_MAX))
              .with("Retry-After", "1"));
    }
    CompletionStage<HttpResponse> begun;
    try {
      begun = answer.get();
    } catch (RuntimeException e) {
      begun = CompletableFuture.failedFuture(e);
    }
    return begun
        .thenApply(whole -> whole)
        .toCompletableFuture()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((whole, failure) -> inFlight.release());
  }

  /** Who shows a token that this node must ask about waits for that. */
  private CompletionStage<HttpResponse> admitted(
      HttpRequest request, String method, Router.Found found, BodyReader.Incoming body) {
    return gate.mustLearn()
        ? gate.learn(request).thenCompose(learned -> answer(request, method, found, body))
        : answer(request, method, found, body);
  }

  private CompletionStage<HttpResponse> answer(
      HttpRequest request, String method, Router.Found found, BodyReader.Incoming body) {
    if (found instanceof Router.Match match) {
      var pass = gate.admit(request, match);
      var answer = match.route().handler().handle(call(request, match, body));
      return pass.isEmpty() ? answer : answer.thenApply(whole -> tenure.of(pass.get(), whole));
    }
    gate.admit(request, Role.READ);
    if (found instanceof Router.OtherMethods others) {
      return CompletableFuture.completedFuture(otherMethod(method, others));
    }
    throw HttpProblem.notFound(
        "there is nothing at %s; GET /openapi.json says what there is"
            .formatted(Call.shortened(request.getUri().getPathString())));
  }

  private static HttpResponse otherMethod(String method, Router.OtherMethods others) {
    var allowed = String.join(", ", others.allowed());
    if (method.equals("OPTIONS")) {
      return HttpResponse.create().withStatus(204).addHeader(RawHeader.create("Allow", allowed));
    }
    throw HttpProblem.of(
            405,
            "method-not-allowed",
            "%s is not possible here; there is %s".formatted(Call.shortened(method), allowed))
        .with("Allow", allowed);
  }

  private Call call(HttpRequest request, Router.Match match, BodyReader.Incoming body) {
    var route = match.route();
    var parameters = parameters(request);
    parameters.allow(route.parameters());
    var format = Format.JSON;
    if (!route.formats().isEmpty()) {
      var offered = offered(route, parameters);
      var accept = request.getHeader("Accept").map(HttpHeader::value).orElse(null);
      format =
          Negotiation.choose(accept, offered)
              .orElseThrow(
                  () ->
                      HttpProblem.of(
                          406,
                          "not-acceptable",
                          "this can be had as "
                              + String.join(
                                  ", ", offered.stream().map(Format::mediaType).toList())));
    }
    return new Call(request, route, match.path(), parameters, format, body);
  }

  private static List<Format> offered(Route route, Parameters parameters) {
    boolean watches = route.parameters().contains("watch") && parameters.flag("watch");
    return watches ? Format.WATCHES : route.formats();
  }

  private static Parameters parameters(HttpRequest request) {
    try {
      return new Parameters(request.getUri().query().toList());
    } catch (IllegalUriException e) {
      throw HttpProblem.malformed("what stands behind the ? cannot be read: " + e.getMessage());
    }
  }

  private static boolean changes(Router.Found found) {
    return found instanceof Router.Match match && match.route().changes();
  }

  private static List<String> segments(HttpRequest request) {
    var segments = new ArrayList<String>();
    request.getUri().pathSegments().forEach(segments::add);
    return segments;
  }

  /** For tests of what is served. */
  Set<String> served() {
    return router.routes().stream()
        .map(route -> route.method() + " " + route.path().text())
        .collect(java.util.stream.Collectors.toUnmodifiableSet());
  }
}
