package dev.regrow.client;

import org.jspecify.annotations.Nullable;

/**
 * Files of an instance.
 *
 * @param name null: they are given; else what the first of those that are brought is called
 */
public record FileQuery(String namespace, String instance, String path, @Nullable String name) {

  /** Path and query. */
  public String target() {
    var target =
        "/v1/namespaces/"
            + Uris.segment(namespace)
            + "/instances/"
            + Uris.segment(instance)
            + "/files";
    target = Uris.with(target, "path", path);
    return name == null ? target : Uris.with(target, "name", name);
  }
}
