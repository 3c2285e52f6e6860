package dev.regrow.gateway.http;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A path with variables, as {@code /v1/namespaces/{namespace}/workloads/{workload}}. */
record PathTemplate(String text, List<String> segments) {

  PathTemplate {
    segments = List.copyOf(segments);
  }

  static PathTemplate of(String text) {
    var rest = text.substring(1);
    return new PathTemplate(text, rest.isEmpty() ? List.of() : List.of(rest.split("/", -1)));
  }

  /** The variables' values when the path fits. */
  Optional<Map<String, String>> match(List<String> path) {
    if (!fits(path)) {
      return Optional.empty();
    }
    var variables = new HashMap<String, String>();
    for (int i = 0; i < path.size(); i++) {
      var segment = segments.get(i);
      if (isVariable(segment)) {
        variables.put(segment.substring(1, segment.length() - 1), path.get(i));
      }
    }
    return Optional.of(variables);
  }

  /** Most templates do not, so this makes nothing. */
  private boolean fits(List<String> path) {
    if (path.size() != segments.size()) {
      return false;
    }
    for (int i = 0; i < path.size(); i++) {
      var segment = segments.get(i);
      if (!isVariable(segment) && !segment.equals(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVariable(String segment) {
    return segment.startsWith("{");
  }
}
