package dev.regrow.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Finds the route of a request. Pure. */
final class Router {

  private final List<Route> routes;

  Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  List<Route> routes() {
    return routes;
  }

  /** What a path and a method lead to. */
  sealed interface Found {}

  record Match(Route route, Map<String, String> path) implements Found {}

  /** The path exists, with other methods. */
  record OtherMethods(List<String> allowed) implements Found {}

  record Nothing() implements Found {}

  /**
   * @param method in capitals; HEAD counts as GET
   * @param path its segments, decoded
   */
  Found find(String method, List<String> path) {
    var wanted = method.equals("HEAD") ? "GET" : method;
    var allowed = new TreeSet<String>();
    for (var route : routes) {
      var variables = route.path().match(path);
      if (variables.isPresent()) {
        if (route.method().equals(wanted)) {
          return new Match(route, variables.get());
        }
        allowed.add(route.method());
      }
    }
    if (allowed.isEmpty()) {
      return new Nothing();
    }
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    allowed.add("OPTIONS");
    return new OtherMethods(new ArrayList<>(allowed));
  }
}
