package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.gateway.server.Answer;
import dev.regrow.v1.InstanceList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What can be asked of instances, but for their logs. */
final class InstanceRoutes {

  private final Supplier<ControlPlane> control;

  InstanceRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/instances", Lists.OF_WORKLOADS, this::list),
        Route.read("/v1/namespaces/{namespace}/instances", Lists.OF_WORKLOADS, this::list),
        Route.read(
            "/v1/namespaces/{namespace}/workloads/{workload}/instances",
            Lists.PARAMETERS,
            this::list),
        Route.read("/v1/namespaces/{namespace}/instances/{instance}", Set.of(), this::get));
  }

  private CompletionStage<Answer> list(Call call) {
    return Lists.answer(
        call,
        control.get(),
        WatchKind.INSTANCES,
        control.get()::instances,
        page ->
            InstanceList.newBuilder()
                .addAllItems(page.items())
                .setIndex(page.index())
                .setContinue(page.next())
                .build());
  }

  private CompletionStage<Answer> get(Call call) {
    return control
        .get()
        .instance(call.name("namespace"), call.name("instance"), call.readPoint())
        .thenApply(instance -> Answers.object(200, call.format(), instance));
  }
}
