package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.schema.Schema;
import dev.regrow.v1.DrainRequest;
import dev.regrow.v1.NodeList;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Nodes, and what they are together. */
final class ClusterRoutes {

  private static final String FORCE = "force";

  private final Supplier<ControlPlane> control;

  ClusterRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/nodes", Lists.PARAMETERS, this::nodes).forAll(),
        Route.read("/v1/nodes/{node}", Set.of(), this::node).forAll(),
        change("cordon", this::cordon),
        change("uncordon", this::uncordon),
        change("drain", this::drain),
        change("promote", this::promote),
        change("demote", this::demote),
        Route.change("DELETE", "/v1/nodes/{node}", Set.of(FORCE), this::remove).needing(Role.ADMIN),
        Route.read("/v1/cluster", Set.of(), this::cluster).forAll(),
        Route.change("POST", "/v1/cluster/upgrade", Set.of(), this::upgrade).needing(Role.ADMIN),
        Route.change("POST", "/v1/cluster/rotate-secret-key", Set.of(), this::rotateSecretKey)
            .needing(Role.ADMIN));
  }

  private static Route change(String action, Route.Handler handler) {
    return Route.change("POST", "/v1/nodes/{node}/" + action, Set.of(), handler)
        .needing(Role.ADMIN);
  }

  private CompletionStage<Answer> cordon(Call call) {
    return control
        .get()
        .cordon(call.name("node"))
        .thenApply(node -> Answers.object(200, call.format(), node));
  }

  private CompletionStage<Answer> uncordon(Call call) {
    return control
        .get()
        .uncordon(call.name("node"))
        .thenApply(node -> Answers.object(200, call.format(), node));
  }

  /** Answered when it is said: the node becomes it by itself. */
  private CompletionStage<Answer> promote(Call call) {
    return control
        .get()
        .promote(call.name("node"))
        .thenApply(node -> Answers.object(202, call.format(), node));
  }

  private CompletionStage<Answer> demote(Call call) {
    return control
        .get()
        .demote(call.name("node"))
        .thenApply(node -> Answers.object(202, call.format(), node));
  }

  private CompletionStage<Answer> remove(Call call) {
    return control
        .get()
        .remove(call.name("node"), call.parameters().flag(FORCE))
        .thenApply(node -> Answers.object(200, call.format(), node));
  }

  /** Answered when it has begun: it may take longer than a request. */
  private CompletionStage<Answer> drain(Call call) {
    return call.body()
        .thenApply(
            body ->
                Schema.withDefaults(
                    body.isEmpty()
                        ? DrainRequest.getDefaultInstance()
                        : Codec.read(DrainRequest.getDefaultInstance(), body)))
        .thenCompose(
            wanted ->
                control.get().drain(call.name("node"), Duration.ofMillis(wanted.getTimeout())))
        .thenApply(node -> Answers.object(202, call.format(), node));
  }

  private CompletionStage<Answer> nodes(Call call) {
    return Lists.answer(
        call,
        control.get(),
        WatchKind.NODES,
        control.get()::nodes,
        page ->
            NodeList.newBuilder()
                .addAllItems(page.items())
                .setIndex(page.index())
                .setContinue(page.next())
                .build());
  }

  private CompletionStage<Answer> node(Call call) {
    return control
        .get()
        .node(call.name("node"), call.readPoint())
        .thenApply(node -> Answers.object(200, call.format(), node));
  }

  private CompletionStage<Answer> upgrade(Call call) {
    return control
        .get()
        .raiseFeatureLevel()
        .thenApply(cluster -> Answers.object(200, call.format(), cluster));
  }

  private CompletionStage<Answer> rotateSecretKey(Call call) {
    return control
        .get()
        .rotateSecretKey()
        .thenApply(cluster -> Answers.object(200, call.format(), cluster));
  }

  private CompletionStage<Answer> cluster(Call call) {
    return control
        .get()
        .cluster(call.readPoint())
        .thenApply(cluster -> Answers.object(200, call.format(), cluster));
  }
}
