package dev.regrow.gateway.http;

import dev.regrow.actors.control.Configs;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What can be done with configs. */
final class ConfigRoutes {

  private static final String ALL = "/v1/configs";
  private static final String MANY = "/v1/namespaces/{namespace}/configs";
  private static final String ONE = MANY + "/{config}";

  private final Supplier<ControlPlane> control;

  ConfigRoutes(Supplier<ControlPlane> control) {
    this.control = control;
  }

  List<Route> routes() {
    return List.of(
        Route.read(ALL, Lists.PARAMETERS, this::list),
        Route.read(MANY, Lists.PARAMETERS, this::list),
        Route.read(ONE, Set.of(), this::get).promptly(),
        Route.change("PUT", ONE, Set.of(), this::put).needing(Role.DEPLOY).promptly(),
        Route.change("DELETE", ONE, Set.of(), this::delete).needing(Role.DEPLOY));
  }

  private Configs configs() {
    return control.get().configs();
  }

  private static WorkloadRef ref(Call call) {
    return new WorkloadRef(call.name("namespace"), call.name("config"));
  }

  private CompletionStage<Answer> list(Call call) {
    return Lists.answer(
        call,
        control.get(),
        WatchKind.CONFIGS,
        configs()::configs,
        page ->
            ConfigList.newBuilder()
                .addAllItems(page.items())
                .setIndex(page.index())
                .setContinue(page.next())
                .build());
  }

  private CompletionStage<Answer> get(Call call) {
    return configs()
        .config(ref(call), call.readPoint())
        .thenApply(config -> answer(200, call, config));
  }

  private static Answer answer(int status, Call call, Config config) {
    return Answers.tagged(status, call.format(), config, config.getIndex());
  }

  private CompletionStage<Answer> put(Call call) {
    var tags = call.precondition();
    return call.body()
        .thenApply(body -> checked(call, Codec.read(Config.getDefaultInstance(), body)))
        .thenCompose(
            declared -> {
              var ref = new WorkloadRef(declared.getNamespace(), declared.getName());
              return Preconditions.under(tags, subject(ref), held -> configs().put(declared, held));
            })
        .thenApply(
            put -> {
              var answer = answer(put.created() ? 201 : 200, call, put.config());
              return put.created() ? answer.with("Location", call.uri()) : answer;
            });
  }

  private static Config checked(Call call, Config declared) {
    Bodies.same("name", declared.getName(), call.raw("config"));
    if (declared.getNamespace().isEmpty()) {
      return declared.toBuilder().setNamespace(call.name("namespace")).build();
    }
    Bodies.same("namespace", declared.getNamespace(), call.raw("namespace"));
    return declared;
  }

  private CompletionStage<Answer> delete(Call call) {
    var ref = ref(call);
    return Preconditions.under(
            call.precondition(), subject(ref), held -> configs().delete(ref, held))
        .thenApply(config -> answer(202, call, config));
  }

  private Preconditions.Subject subject(WorkloadRef ref) {
    return new Preconditions.Subject(
        "config " + ref,
        () ->
            Preconditions.indexOf(
                configs().config(ref, Preconditions.NEWEST).thenApply(Config::getIndex)));
  }
}
