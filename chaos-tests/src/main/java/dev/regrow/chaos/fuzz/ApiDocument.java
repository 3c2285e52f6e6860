package dev.regrow.chaos.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What an OpenAPI document says can be asked. */
final class ApiDocument {

  /**
   * One thing that can be asked.
   *
   * @param body JSON Schema of what it takes; empty: nothing
   */
  record Operation(
      String method, String path, List<Parameter> parameters, Map<String, Object> body) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /**
   * @param in path, query or header
   */
  record Parameter(String name, String in, Map<String, Object> schema) {}

  private final Map<String, Object> document;

  private ApiDocument(Map<String, Object> document) {
    this.document = document;
  }

  /** Reads one; JSON is YAML, too. */
  static ApiDocument parse(String json) {
    return new ApiDocument(object(new Load(LoadSettings.builder().build()).loadFromString(json)));
  }

  List<Operation> operations() {
    var operations = new ArrayList<Operation>();
    object(document.get("paths"))
        .forEach(
            (path, methods) ->
                object(methods)
                    .forEach(
                        (method, said) ->
                            operations.add(
                                operation(method.toUpperCase(Locale.ROOT), path, object(said)))));
    return operations;
  }

  private Operation operation(String method, String path, Map<String, Object> said) {
    var parameters = new ArrayList<Parameter>();
    for (var one : list(said.get("parameters"))) {
      var parameter = object(one);
      parameters.add(
          new Parameter(
              String.valueOf(parameter.get("name")),
              String.valueOf(parameter.get("in")),
              object(parameter.get("schema"))));
    }
    var content = object(object(said.get("requestBody")).get("content"));
    var json = object(content.get("application/json"));
    return new Operation(method, path, parameters, object(json.get("schema")));
  }

  /** The schema itself, or that which it refers to. */
  Map<String, Object> resolved(Map<String, Object> schema) {
    var reference = schema.get("$ref");
    if (reference == null) {
      return schema;
    }
    Map<String, Object> at = document;
    for (var step : String.valueOf(reference).substring(2).split("/", -1)) {
      at = object(at.get(step));
    }
    return at;
  }

  @SuppressWarnings("unchecked") // Keys of JSON objects are strings.
  static Map<String, Object> object(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  static List<?> list(@org.jspecify.annotations.Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }
}
