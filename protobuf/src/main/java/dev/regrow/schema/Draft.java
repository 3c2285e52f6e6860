package dev.regrow.schema;

import static dev.regrow.schema.RouteParameters.CONSISTENT;
import static dev.regrow.schema.RouteParameters.LIST;

import com.google.protobuf.Message;
import dev.regrow.schema.Route.Access;
import dev.regrow.schema.Route.Parameter;
import dev.regrow.schema.Route.Trait;
import java.util.List;
import java.util.Optional;

/** A route in the making. */
final class Draft {
  private final String method;
  private final String path;
  private final String operation;
  private final String summary;
  private final Access access;
  private Optional<Message> request = Optional.empty();
  private boolean optionalBody;
  private List<Integer> statuses = List.of(200);
  private Optional<Message> response = Optional.empty();
  private List<Parameter> parameters = List.of();
  private List<Trait> traits = List.of();

  Draft(String method, String path, String operation, String summary, Access access) {
    this.method = method;
    this.path = path;
    this.operation = operation;
    this.summary = summary;
    this.access = access;
  }

  Draft body(Message type) {
    request = Optional.of(type);
    return this;
  }

  Draft optionalBody(Message type) {
    optionalBody = true;
    return body(type);
  }

  Draft answers(Message type, Integer... success) {
    response = Optional.of(type);
    statuses = List.of(success);
    return this;
  }

  Draft with(Parameter parameter) {
    return with(List.of(parameter));
  }

  Draft with(List<Parameter> all) {
    parameters = all;
    return this;
  }

  Draft being(Trait... all) {
    traits = List.of(all);
    return this;
  }

  Route route() {
    return new Route(
        method,
        path,
        operation,
        summary,
        access,
        request,
        optionalBody,
        statuses,
        response,
        parameters,
        traits);
  }

  static Route list(String path, String operation, String summary, Message list) {
    return read(path, operation, summary)
        .answers(list, 200)
        .with(LIST)
        .being(Trait.WATCHABLE)
        .route();
  }

  static Draft read(String path, String operation, String summary) {
    return read("GET", path, operation, summary).with(CONSISTENT);
  }

  static Draft read(String method, String path, String operation, String summary) {
    return new Draft(method, path, operation, summary, Access.READ);
  }

  static Draft change(String method, String path, String operation, String summary) {
    return new Draft(method, path, operation, summary, Access.DEPLOY);
  }

  static Route open(String path, String operation, String summary) {
    return new Draft("GET", path, operation, summary, Access.OPEN).route();
  }
}
