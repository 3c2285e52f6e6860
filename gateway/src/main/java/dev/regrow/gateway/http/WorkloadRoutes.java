package dev.regrow.gateway.http;

import dev.regrow.actors.control.Applied;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.v1.RevisionList;
import dev.regrow.v1.RollbackRequest;
import dev.regrow.v1.ScaleRequest;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What can be done with workloads. */
final class WorkloadRoutes {

  private static final String ALL = "/v1/workloads";
  private static final String MANY = "/v1/namespaces/{namespace}/workloads";
  private static final String ONE = MANY + "/{workload}";
  private static final String PULL = "pull";

  private final Supplier<ControlPlane> control;

  WorkloadRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read(ALL, Lists.PARAMETERS, this::list),
        Route.read(MANY, Lists.PARAMETERS, this::list),
        Route.read(ONE, Set.of(), this::get).promptly(),
        Route.change("PUT", ONE, Set.of("dryRun", PULL), this::put).promptly(),
        Route.change("DELETE", ONE, Set.of(), this::delete),
        Route.change("POST", ONE + "/scale", Set.of(), this::scale),
        Route.change("POST", ONE + "/rollback", Set.of(), this::rollback),
        Route.change("POST", ONE + "/restart", Set.of(), this::restart),
        Route.change("POST", ONE + "/plan", Set.of(PULL), this::plan)
            .needing(Role.READ)
            .changingNothing(),
        Route.read(ONE + "/revisions", Lists.PARAMETERS, this::revisions));
  }

  private CompletionStage<Answer> list(Call call) {
    return Lists.answer(
        call,
        control.get(),
        WatchKind.WORKLOADS,
        control.get()::workloads,
        page ->
            WorkloadList.newBuilder()
                .addAllItems(page.items())
                .setIndex(page.index())
                .setContinue(page.next())
                .build());
  }

  private CompletionStage<Answer> get(Call call) {
    return control
        .get()
        .workload(call.ref(), call.readPoint())
        .thenApply(workload -> Answers.workload(200, call.format(), workload));
  }

  private CompletionStage<Answer> put(Call call) {
    var tags = call.precondition();
    boolean dryRun = call.parameters().flag("dryRun");
    return manifest(call)
        .thenCompose(
            declared -> {
              var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
              return dryRun
                  ? Preconditions.check(tags, control.get(), ref)
                      .thenCompose(ok -> planned(call, declared))
                  : Preconditions.under(
                          tags,
                          control.get(),
                          ref,
                          held -> control.get().apply(declared, held, pulls(call)))
                      .thenApply(applied -> applied(call, applied));
            });
  }

  private static Answer applied(Call call, Applied applied) {
    boolean created = applied.outcome() == Applied.Outcome.CREATED;
    var answer = Answers.workload(created ? 201 : 200, call.format(), applied.workload());
    return created ? answer.with("Location", call.uri()) : answer;
  }

  private CompletionStage<Answer> plan(Call call) {
    return manifest(call).thenCompose(declared -> planned(call, declared));
  }

  private CompletionStage<Answer> planned(Call call, Workload declared) {
    return control
        .get()
        .plan(declared, pulls(call), call.caller())
        .thenApply(plan -> Answers.object(200, call.format(), plan));
  }

  /** Whether people want what a tag stands for now. */
  private static boolean pulls(Call call) {
    return call.parameters().flag(PULL);
  }

  /**
   * The body, judged, with the path's namespace in it; its defaults are written by whoever decides.
   */
  private static CompletionStage<Workload> manifest(Call call) {
    return call.body()
        .thenApply(
            body -> {
              var declared = Codec.read(Workload.getDefaultInstance(), body);
              Bodies.same("name", declared.getName(), call.raw("workload"));
              var bare = declared.toBuilder().clearUid().clearRevision().clearIndex().clearStatus();
              if (declared.getNamespace().isEmpty()) {
                return bare.setNamespace(call.name("namespace")).build();
              }
              Bodies.same("namespace", declared.getNamespace(), call.raw("namespace"));
              return bare.build();
            });
  }

  private CompletionStage<Answer> delete(Call call) {
    var ref = call.ref();
    return Preconditions.under(
            call.precondition(), control.get(), ref, held -> control.get().delete(ref, held))
        .thenApply(workload -> Answers.workload(202, call.format(), workload));
  }

  private CompletionStage<Answer> scale(Call call) {
    var ref = call.ref();
    var tags = call.precondition();
    return call.body()
        .thenApply(body -> Codec.read(ScaleRequest.getDefaultInstance(), body))
        .thenCompose(
            wanted ->
                Preconditions.under(
                    tags,
                    control.get(),
                    ref,
                    held -> control.get().scale(ref, wanted.getReplicas(), held)))
        .thenApply(workload -> Answers.workload(200, call.format(), workload));
  }

  private CompletionStage<Answer> rollback(Call call) {
    var ref = call.ref();
    var tags = call.precondition();
    return call.body()
        .thenApply(
            body ->
                body.isEmpty()
                    ? RollbackRequest.getDefaultInstance()
                    : Codec.read(RollbackRequest.getDefaultInstance(), body))
        .thenCompose(
            wanted ->
                Preconditions.under(
                    tags,
                    control.get(),
                    ref,
                    held -> control.get().rollback(ref, wanted.getRevision(), held)))
        .thenApply(workload -> Answers.workload(200, call.format(), workload));
  }

  private CompletionStage<Answer> restart(Call call) {
    var ref = call.ref();
    return Preconditions.under(
            call.precondition(), control.get(), ref, held -> control.get().restart(ref, held))
        .thenApply(workload -> Answers.workload(200, call.format(), workload));
  }

  private CompletionStage<Answer> revisions(Call call) {
    return Lists.answer(
        call,
        control.get(),
        WatchKind.REVISIONS,
        control.get()::revisions,
        page ->
            RevisionList.newBuilder()
                .addAllItems(page.items())
                .setIndex(page.index())
                .setContinue(page.next())
                .build());
  }
}
