package dev.regrow.gateway.http;

import com.google.protobuf.Message;
import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.Objects;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.server.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** What can be done with declared objects of one kind, as configs. */
final class ObjectRoutes<T extends Message> {

  private final Supplier<ControlPlane> control;
  private final ObjectKind<T> kind;
  private final String all;
  private final String many;
  private final String one;

  ObjectRoutes(Supplier<ControlPlane> control, ObjectKind<T> kind) {
    this.control = control;
    this.kind = kind;
    all = "/v1/" + kind.noun() + "s";
    many = "/v1/namespaces/{namespace}/" + kind.noun() + "s";
    one = (kind.clusterWide() ? all : many) + "/{" + kind.noun() + "}";
  }

  List<Route> routes() {
    var role = kind.clusterWide() ? Role.ADMIN : Role.DEPLOY;
    var routes = new ArrayList<Route>();
    routes.add(Route.read(all, Lists.PARAMETERS, this::list));
    if (!kind.clusterWide()) {
      routes.add(Route.read(many, Lists.PARAMETERS, this::list));
    }
    routes.add(prompt(Route.read(one, Set.of(), this::get)));
    routes.add(prompt(Route.change("PUT", one, Set.of("dryRun"), this::put).needing(role)));
    routes.add(Route.change("DELETE", one, Set.of(), this::delete).needing(role));
    return routes;
  }

  private Route prompt(Route route) {
    return kind.prompt() ? route.promptly() : route;
  }

  private Objects<T> objects() {
    return kind.objects(control.get());
  }

  private WorkloadRef ref(Call call) {
    return new WorkloadRef(call.name("namespace"), call.name(kind.noun()));
  }

  private CompletionStage<Answer> list(Call call) {
    Function<Listing<T>, Message> shown = kind::list;
    return Lists.answer(call, control.get(), kind.watch(), objects()::list, shown);
  }

  private CompletionStage<Answer> get(Call call) {
    return objects()
        .one(ref(call), call.readPoint())
        .thenApply(object -> answer(200, call, object));
  }

  private Answer answer(int status, Call call, T object) {
    return Answers.tagged(status, call.format(), object, kind.index(object));
  }

  private CompletionStage<Answer> put(Call call) {
    var tags = call.precondition();
    boolean dryRun = call.parameters().flag("dryRun");
    return call.body()
        .thenApply(body -> checked(call, Codec.read(kind.type(), body)))
        .thenCompose(
            declared ->
                dryRun
                    ? objects()
                        .plan(declared)
                        .thenApply(plan -> Answers.object(200, call.format(), plan))
                    : Preconditions.under(
                            tags, subject(ref(call)), held -> objects().put(declared, held))
                        .thenApply(put -> put(call, put)));
  }

  private Answer put(Call call, Objects.Put<T> put) {
    var answer = answer(put.created() ? 201 : 200, call, put.object());
    return put.created() ? answer.with("Location", call.uri()) : answer;
  }

  private T checked(Call call, T declared) {
    Bodies.same("name", kind.name(declared), call.raw(kind.noun()));
    if (kind.namespace(declared).isEmpty()) {
      return kind.in(declared, call.name("namespace"));
    }
    Bodies.same("namespace", kind.namespace(declared), call.raw("namespace"));
    return declared;
  }

  private CompletionStage<Answer> delete(Call call) {
    var ref = ref(call);
    return Preconditions.under(
            call.precondition(), subject(ref), held -> objects().delete(ref, held))
        .thenApply(object -> answer(202, call, object));
  }

  private Preconditions.Subject subject(WorkloadRef ref) {
    return new Preconditions.Subject(
        kind.clusterWide() ? kind.noun() + " " + ref.name() : kind.noun() + " " + ref,
        () ->
            Preconditions.indexOf(objects().one(ref, Preconditions.NEWEST).thenApply(kind::index)));
  }
}
