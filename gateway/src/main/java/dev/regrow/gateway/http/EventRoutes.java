package dev.regrow.gateway.http;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.gateway.server.Answer;
import dev.regrow.v1.EventList;
import dev.regrow.v1.Timeline;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What happened, and why. */
final class EventRoutes {

  private static final String WORKLOAD = "/v1/namespaces/{namespace}/workloads/{workload}";

  private final Supplier<ControlPlane> control;

  EventRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read("/v1/events", Lists.OF_WORKLOADS, this::list),
        Route.read("/v1/namespaces/{namespace}/events", Lists.OF_WORKLOADS, this::list),
        Route.read(WORKLOAD + "/events", Lists.PARAMETERS, this::list),
        Route.read(WORKLOAD + "/timeline", Set.of(), this::timeline));
  }

  private CompletionStage<Answer> list(Call call) {
    return Lists.answer(
        call,
        control.get(),
        WatchKind.EVENTS,
        control.get()::events,
        page ->
            EventList.newBuilder()
                .addAllItems(page.items())
                .setIndex(page.index())
                .setContinue(page.next())
                .build());
  }

  private CompletionStage<Answer> timeline(Call call) {
    var ref = call.ref();
    var whole = Timeline.newBuilder().setNamespace(ref.namespace()).setWorkload(ref.name());
    return collect(call, ListQuery.of(ref), whole)
        .thenCompose(
            timeline ->
                Lists.exists(control.get(), call, timeline.getItemsCount())
                    .thenApply(yes -> Answers.object(200, call.format(), timeline)));
  }

  /** Events of a workload are bounded in number, so their pages are, too. */
  private CompletionStage<Timeline> collect(Call call, ListQuery query, Timeline.Builder into) {
    return control
        .get()
        .events(query, call.readPoint())
        .thenCompose(
            page -> {
              into.addAllItems(page.items()).setIndex(page.index());
              if (page.next().isEmpty()) {
                return CompletableFuture.completedFuture(into.build());
              }
              return collect(call, query.after(page.next()), into);
            });
  }
}
