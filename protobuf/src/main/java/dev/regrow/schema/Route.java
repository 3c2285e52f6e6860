package dev.regrow.schema;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Optional;

/**
 * One thing that can be asked of the gateway, as data.
 *
 * @param method GET, PUT, POST or DELETE
 * @param path with variables, as {@code /v1/nodes/{node}}
 * @param operation a name for generated clients, in camelCase
 * @param summary one line for people
 * @param access which token is needed
 * @param request what the body holds; empty: no body
 * @param optionalBody whether the body may be left out
 * @param statuses of success, in rising order
 * @param response what an answer holds; empty: something else than a message
 * @param parameters what may stand behind the question mark
 * @param traits what else holds of it
 */
public record Route(
    String method,
    String path,
    String operation,
    String summary,
    Access access,
    Optional<Message> request,
    boolean optionalBody,
    List<Integer> statuses,
    Optional<Message> response,
    List<Parameter> parameters,
    List<Trait> traits) {

  public Route {
    statuses = List.copyOf(statuses);
    parameters = List.copyOf(parameters);
    traits = List.copyOf(traits);
  }

  /** Which token a route needs; each but JOIN may do what those before it may. */
  public enum Access {
    OPEN,
    JOIN,
    READ,
    DEPLOY,
    ADMIN
  }

  /** What holds of several routes. */
  public enum Trait {
    /** The answer has an ETag, the index of the object. */
    TAGGED,
    /** If-Match is honoured: 412 when the object has moved on. */
    CONDITIONAL,
    /** If-None-Match: * is honoured: 412 when there is one already. */
    CREATES,
    /** With {@code watch=true} it streams WatchEvents. */
    WATCHABLE,
    /** The answer is bytes as text, or a stream of events. */
    LOGS,
    /** It becomes a WebSocket. */
    SOCKET,
    /** The answer is a backup. */
    GIVES_BACKUP,
    /** The body is one. */
    TAKES_BACKUP
  }

  /**
   * What may stand behind the question mark.
   *
   * @param type of JSON Schema: boolean, integer or string
   * @param repeated whether it may be given more than once
   */
  public record Parameter(String name, String type, boolean repeated, String description) {}

  /** The names in braces, in order. */
  public List<String> variables() {
    return List.of(path.split("/", -1)).stream()
        .filter(segment -> segment.startsWith("{"))
        .map(segment -> segment.substring(1, segment.length() - 1))
        .toList();
  }

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }
}
