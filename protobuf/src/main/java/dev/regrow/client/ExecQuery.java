package dev.regrow.client;

import java.util.List;

/**
 * What to run in which instance.
 *
 * @param terminal whether it has one
 */
public record ExecQuery(String namespace, String instance, List<String> command, boolean terminal) {

  public ExecQuery {
    command = List.copyOf(command);
  }

  /** Path and query. */
  public String target() {
    var target =
        "/v1/namespaces/"
            + Uris.segment(namespace)
            + "/instances/"
            + Uris.segment(instance)
            + "/exec";
    for (var word : command) {
      target = Uris.with(target, "command", word);
    }
    return terminal ? Uris.with(target, "tty", "true") : target;
  }
}
