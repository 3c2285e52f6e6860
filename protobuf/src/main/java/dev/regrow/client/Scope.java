package dev.regrow.client;

import java.util.ArrayList;
import java.util.List;

/**
 * Which objects of a kind a list holds.
 *
 * @param namespace "" for all
 * @param labels each {@code k=v}; all must hold
 * @param continueFrom where the page before ended; "" at first
 */
public record Scope(String namespace, List<String> labels, String continueFrom) {

  public static Scope everywhere() {
    return new Scope("", List.of(), "");
  }

  public static Scope of(String namespace) {
    return new Scope(namespace, List.of(), "");
  }

  /** Only those with this label, {@code k=v}, too. */
  public Scope labelled(String label) {
    var more = new ArrayList<>(labels);
    more.add(label);
    return new Scope(namespace, List.copyOf(more), continueFrom);
  }

  /** The same of all namespaces. */
  public Scope ofAll() {
    return new Scope("", labels, continueFrom);
  }

  Scope continued(String from) {
    return new Scope(namespace, labels, from);
  }

  String path(String kind) {
    var path =
        namespace.isEmpty()
            ? "/v1/" + kind
            : "/v1/namespaces/" + Uris.segment(namespace) + "/" + kind;
    for (var label : labels) {
      path = Uris.with(path, "label", label);
    }
    return continueFrom.isEmpty() ? path : Uris.with(path, "continue", continueFrom);
  }
}
