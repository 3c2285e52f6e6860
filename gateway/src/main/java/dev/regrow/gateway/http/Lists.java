package dev.regrow.gateway.http;

import com.google.protobuf.Message;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.ReadPoint;
import dev.regrow.gateway.server.Answer;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/** What all lists have in common: pages, watches, and that of nothing there is no list. */
final class Lists {

  /** What every list that can be watched understands. */
  static final Set<String> PARAMETERS = Set.of("label", "limit", "continue", "watch", "since");

  /** The same, where it is of all workloads. */
  static final Set<String> OF_WORKLOADS =
      Set.of("label", "limit", "continue", "watch", "since", "workload");

  private Lists() {}

  /** A page, or a watch where one is wanted. */
  static <T> CompletionStage<Answer> answer(
      Call call,
      ControlPlane control,
      WatchKind kind,
      BiFunction<ListQuery, ReadPoint, CompletionStage<Listing<T>>> read,
      Function<Listing<T>, Message> shown) {
    return call.parameters().flag("watch")
        ? WatchAnswers.watch(call, control, kind, call.listQuery())
        : page(call, control, read, shown);
  }

  /** A page. */
  static <T> CompletionStage<Answer> page(
      Call call,
      ControlPlane control,
      BiFunction<ListQuery, ReadPoint, CompletionStage<Listing<T>>> read,
      Function<Listing<T>, Message> shown) {
    return read.apply(call.listQuery(), call.readPoint())
        .thenCompose(
            page ->
                exists(control, call, page.items().size())
                    .thenApply(yes -> Answers.object(200, call.format(), shown.apply(page))));
  }

  /** When a list that belongs to a workload is empty: whether there is such a workload. */
  static CompletionStage<Void> exists(ControlPlane control, Call call, int found) {
    if (found > 0 || !call.path().containsKey("workload")) {
      return CompletableFuture.completedFuture(null);
    }
    return control.workload(call.ref(), call.readPoint()).thenAccept(workload -> {});
  }
}
