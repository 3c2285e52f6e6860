package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.v1.InstanceList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** What can be asked of instances, but for their logs. */
final class InstanceRoutes {

  private static final Set<String> LIST =
      Set.of("label", "limit", "continue", "watch", "since", "workload");
  private static final Set<String> OF_WORKLOAD =
      Set.of("label", "limit", "continue", "watch", "since");

  private final Supplier<ControlPlane> control;

  InstanceRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/instances", LIST, this::list),
        Route.read("/v1/namespaces/{namespace}/instances", LIST, this::list),
        Route.read(
            "/v1/namespaces/{namespace}/workloads/{workload}/instances", OF_WORKLOAD, this::list),
        Route.read("/v1/namespaces/{namespace}/instances/{instance}", Set.of(), this::get));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    var query = call.listQuery();
    if (call.parameters().flag("watch")) {
      return WatchAnswers.watch(call, control.get(), WatchKind.INSTANCES, query);
    }
    return control
        .get()
        .instances(query, call.readPoint())
        .thenCompose(
            page ->
                WorkloadRoutes.exists(control.get(), call, query, page.items().size())
                    .thenApply(
                        yes ->
                            Answers.object(
                                200,
                                call.format(),
                                InstanceList.newBuilder()
                                    .addAllItems(page.items())
                                    .setIndex(page.index())
                                    .setContinue(page.next())
                                    .build())));
  }

  private CompletionStage<HttpResponse> get(Call call) {
    return control
        .get()
        .instance(call.name("namespace"), call.name("instance"), call.readPoint())
        .thenApply(instance -> Answers.object(200, call.format(), instance));
  }
}
