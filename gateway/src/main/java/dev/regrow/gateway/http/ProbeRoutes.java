package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.gateway.metrics.Metrics;
import dev.regrow.gateway.server.Answer;
import dev.regrow.schema.OpenApi;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Instance;
import dev.regrow.v1.VersionInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What machines ask: is it alive, is it ready, what does it count, what can it do. */
final class ProbeRoutes {

  private static final Duration SCRAPE = Duration.ofSeconds(2);
  private static final String JSON = Format.JSON.mediaType();

  private final Supplier<ControlPlane> control;
  private final Supplier<Optional<String>> notReady;
  private final Metrics metrics;
  private final String node;

  ProbeRoutes(Backend backend, Metrics metrics) {
    this.control = backend.control();
    this.notReady = backend.notReady();
    this.metrics = metrics;
    this.node = backend.node();
  }

  List<Route> routes() {
    return List.of(
        Route.open("/healthz", this::alive),
        Route.open("/readyz", this::ready),
        Route.open("/", this::welcome),
        Route.read("/metrics", Set.of(), this::scrape).as(List.of()).forAll(),
        Route.read("/v1/version", Set.of(), this::version).forAll(),
        Route.read("/openapi.json", Set.of(), this::description).as(Format.JSON_ONLY).forAll());
  }

  private CompletionStage<Answer> alive(Call call) {
    return done(Answers.text(200, JSON, "{\"status\":\"alive\"}"));
  }

  private CompletionStage<Answer> ready(Call call) {
    Optional<String> missing = notReady.get();
    if (missing.isPresent()) {
      throw HttpProblem.unavailable(missing.get());
    }
    return done(Answers.text(200, JSON, "{\"status\":\"ready\"}"));
  }

  private CompletionStage<Answer> welcome(Call call) {
    return done(
        Answers.text(
            200,
            JSON,
            "{\"name\":\"regrow\",\"api\":\"/openapi.json\",\"health\":\"/healthz\",\"ready\":\"/readyz\"}"));
  }

  private CompletionStage<Answer> version(Call call) {
    return done(
        Answers.object(
            200,
            call.format(),
            VersionInfo.newBuilder()
                .setVersion(Release.version())
                .setSchemaVersion(Schema.VERSION)
                .setJava(Runtime.version().toString())
                .build()));
  }

  private CompletionStage<Answer> description(Call call) {
    var document = OpenApi.document(Release.version());
    return done(Answers.text(200, JSON, document));
  }

  private CompletionStage<Answer> scrape(Call call) {
    return state()
        .toCompletableFuture()
        .orTimeout(SCRAPE.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (state, failure) ->
                Answers.text(
                    200, Metrics.MEDIA_TYPE, metrics.text(node, failure == null ? state : null)));
  }

  private CompletionStage<Metrics.State> state() {
    var plane = control.get();
    return plane
        .cluster(ReadPoint.LOCAL)
        .thenCombine(
            instances(plane, ListQuery.all(), new ArrayList<>()),
            (cluster, instances) -> new Metrics.State(cluster.getStore(), instances));
  }

  private static CompletionStage<List<Instance>> instances(
      ControlPlane plane, ListQuery query, List<Instance> before) {
    return plane
        .instances(query, ReadPoint.LOCAL)
        .thenCompose(
            page -> {
              before.addAll(page.items());
              if (page.next().isEmpty()) {
                return CompletableFuture.completedFuture(before);
              }
              return instances(
                  plane,
                  new ListQuery(
                      query.namespace(),
                      query.workload(),
                      query.labels(),
                      query.limit(),
                      page.next()),
                  before);
            });
  }

  private static CompletionStage<Answer> done(Answer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
