package dev.regrow.schema;

import com.google.protobuf.Message;
import dev.regrow.schema.Route.Access;
import dev.regrow.schema.Route.Parameter;
import dev.regrow.schema.Route.Trait;
import dev.regrow.v1.Problem;
import dev.regrow.v1.WatchEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The OpenAPI 3.1 document, made of {@link Routes} and the descriptors, so that it cannot lie. */
public final class OpenApi {
  private static final String JSON = "application/json";
  private static final List<String> FORMATS =
      List.of(JSON, "application/yaml", "application/x-protobuf");
  private static final Map<String, String> VARIABLES =
      Map.of(
          "namespace", "The namespace; an RFC 1123 label.",
          "workload", "The workload; an RFC 1123 label.",
          "instance", "The instance's id, or its slot as web-2.",
          "node", "The node's name.",
          "id", "The token's id: what stands before its dot.");

  private OpenApi() {}

  /**
   * The document as JSON; the same for the same release.
   *
   * @param version of the release, as 0.1.0
   */
  public static String document(String version) {
    var schemas = new JsonSchemas();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put(
        "info",
        Map.of(
            "title",
            "Regrow",
            "version",
            version,
            "description",
            "What should run is declared; the cluster keeps it so.",
            "license",
            Map.of("name", "Apache-2.0", "identifier", "Apache-2.0")));
    document.put("servers", List.of(Map.of("url", "/")));
    document.put("security", List.of(Map.of("token", List.of())));
    document.put("paths", paths(schemas));
    Map<String, Object> components = new LinkedHashMap<>();
    components.put("securitySchemes", Map.of("token", Map.of("type", "http", "scheme", "bearer")));
    components.put("responses", Map.of("Problem", problem(schemas)));
    components.put("schemas", schemas.all());
    document.put("components", components);
    return PlainData.toJson(document);
  }

  private static Map<String, Object> paths(JsonSchemas schemas) {
    Map<String, Object> paths = new LinkedHashMap<>();
    for (Route route : Routes.ALL) {
      @SuppressWarnings("unchecked") // Only filled below.
      var operations =
          (Map<String, Object>) paths.computeIfAbsent(route.path(), path -> new TreeMap<>());
      operations.put(route.method().toLowerCase(Locale.ROOT), operation(route, schemas));
    }
    return paths;
  }

  private static Map<String, Object> operation(Route route, JsonSchemas schemas) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("operationId", route.operation());
    operation.put("summary", route.summary());
    if (route.access() == Access.OPEN) {
      operation.put("security", List.of());
    } else {
      operation.put("description", "Needs a token of role " + role(route) + " or above.");
    }
    operation.put("parameters", parameters(route));
    route
        .request()
        .ifPresent(
            type ->
                operation.put(
                    "requestBody",
                    Map.of("required", !route.optionalBody(), "content", content(type, schemas))));
    if (route.has(Trait.TAKES_BACKUP)) {
      operation.put("requestBody", Map.of("required", true, "content", backup()));
    }
    operation.put("responses", responses(route, schemas));
    return operation;
  }

  private static String role(Route route) {
    return route.access().name().toLowerCase(Locale.ROOT);
  }

  private static List<Object> parameters(Route route) {
    List<Object> parameters = new ArrayList<>();
    for (String variable : route.variables()) {
      parameters.add(
          parameter(variable, "path", true, string(), VARIABLES.getOrDefault(variable, "")));
    }
    for (Parameter query : route.parameters()) {
      Object schema = Map.of("type", query.type());
      parameters.add(
          parameter(
              query.name(),
              "query",
              false,
              query.repeated() ? Map.of("type", "array", "items", schema) : schema,
              query.description()));
    }
    if (route.has(Trait.CONDITIONAL)) {
      parameters.add(
          parameter(
              "If-Match",
              "header",
              false,
              string(),
              "The ETag that the object must still have, else 412."));
    }
    if (route.has(Trait.CREATES)) {
      parameters.add(
          parameter(
              "If-None-Match", "header", false, string(), "* : there must be none yet, else 412."));
    }
    if (route.access() != Access.OPEN) {
      parameters.add(
          parameter(
              "X-Regrow-Index",
              "header",
              false,
              Map.of("type", "integer"),
              "The answer is at least as new as this index."));
    }
    return parameters;
  }

  private static Map<String, Object> parameter(
      String name, String in, boolean required, Object schema, String description) {
    Map<String, Object> parameter = new LinkedHashMap<>();
    parameter.put("name", name);
    parameter.put("in", in);
    parameter.put("required", required);
    parameter.put("description", description);
    parameter.put("schema", schema);
    return parameter;
  }

  private static Map<String, Object> responses(Route route, JsonSchemas schemas) {
    Map<String, Object> responses = new LinkedHashMap<>();
    if (route.has(Trait.SOCKET)) {
      responses.put("101", Map.of("description", "A WebSocket", "headers", headers(route)));
      responses.put("default", Map.of("$ref", "#/components/responses/Problem"));
      return responses;
    }
    for (int status : route.statuses()) {
      Map<String, Object> response = new LinkedHashMap<>();
      response.put("description", status == 201 ? "Created" : status == 202 ? "Begun" : "Done");
      response.put("headers", headers(route));
      response.put("content", answer(route, schemas));
      responses.put(Integer.toString(status), response);
    }
    responses.put("default", Map.of("$ref", "#/components/responses/Problem"));
    return responses;
  }

  private static Map<String, Object> headers(Route route) {
    Map<String, Object> headers = new LinkedHashMap<>();
    if (route.has(Trait.TAGGED)) {
      headers.put(
          "ETag", Map.of("schema", string(), "description", "The object's index in quotes."));
    }
    headers.put(
        "X-Regrow-Index",
        Map.of(
            "schema", Map.of("type", "integer"), "description", "The newest index that it knows."));
    return headers;
  }

  private static Map<String, Object> backup() {
    return Map.of(
        BackupFile.MEDIA_TYPE, Map.of("schema", Map.of("type", "string", "format", "binary")));
  }

  private static Map<String, Object> answer(Route route, JsonSchemas schemas) {
    if (route.has(Trait.LOGS)) {
      return Map.of(
          "text/event-stream",
          Map.of("schema", string()),
          "text/plain",
          Map.of("schema", string()));
    }
    if (route.has(Trait.GIVES_BACKUP)) {
      return backup();
    }
    if (route.response().isEmpty()) {
      boolean itself = route.path().endsWith(".json");
      return itself
          ? Map.of(JSON, Map.of("schema", Map.of("type", "object")))
          : Map.of("text/plain", Map.of("schema", string()));
    }
    Map<String, Object> content = content(route.response().get(), schemas);
    if (route.has(Trait.WATCHABLE)) {
      content.put(
          "text/event-stream", Map.of("schema", schemas.reference(WatchEvent.getDescriptor())));
    }
    return content;
  }

  private static Map<String, Object> content(Message type, JsonSchemas schemas) {
    Object schema = Map.of("schema", schemas.reference(type.getDescriptorForType()));
    Map<String, Object> content = new LinkedHashMap<>();
    FORMATS.forEach(format -> content.put(format, schema));
    return content;
  }

  private static Map<String, Object> problem(JsonSchemas schemas) {
    return Map.of(
        "description",
        "RFC 9457: 400 malformed, 401, 403, 404, 405, 406, 409 conflict, 410 gone, 412 stale, 413"
            + " too large, 415, 422 invalid, 429, 503 no majority, 507 disk full.",
        "content",
        Map.of(
            "application/problem+json",
            Map.of("schema", schemas.reference(Problem.getDescriptor()))));
  }

  private static Map<String, Object> string() {
    return Map.of("type", "string");
  }
}
