package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.v1.NodeList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Nodes, and what they are together. */
final class ClusterRoutes {

  private final Supplier<ControlPlane> control;

  ClusterRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/nodes", Lists.PARAMETERS, this::nodes).forAll(),
        Route.read("/v1/nodes/{node}", Set.of(), this::node).forAll(),
        Route.read("/v1/cluster", Set.of(), this::cluster).forAll());
  }

  private CompletionStage<HttpResponse> nodes(Call call) {
    if (call.parameters().flag("watch")) {
      return WatchAnswers.watch(call, control.get(), WatchKind.NODES, call.listQuery());
    }
    int limit = call.parameters().limit();
    return control
        .get()
        .nodes(call.readPoint())
        .thenApply(
            page ->
                Answers.object(
                    200,
                    call.format(),
                    NodeList.newBuilder()
                        .addAllItems(page.items().subList(0, Math.min(limit, page.items().size())))
                        .setIndex(page.index())
                        .setContinue(page.next())
                        .build()));
  }

  private CompletionStage<HttpResponse> node(Call call) {
    return control
        .get()
        .node(call.name("node"), call.readPoint())
        .thenApply(node -> Answers.object(200, call.format(), node));
  }

  private CompletionStage<HttpResponse> cluster(Call call) {
    return control
        .get()
        .cluster(call.readPoint())
        .thenApply(cluster -> Answers.object(200, call.format(), cluster));
  }
}
