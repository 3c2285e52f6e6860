package dev.regrow.gateway.http;

import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.identity.NodeUids;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.Onward;
import dev.regrow.v1.Node;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Passes a call on to another node's gateway with the token that came with it, which that judges by
 * itself: nobody has to believe this node. By TLS the other proves that it is that very node of
 * this cluster, wherever its record says that it is. Plain HTTP is spoken on loopback alone, and by
 * nodes alone that are reached there themselves.
 */
final class Relay {

  /** The server that passed it on to the instance's node, which passes it on no more. */
  private static final String RELAYED = "X-Regrow-Relayed-By";

  /** The worker that asks a server, as it does not know where instances are. */
  private static final String ASKED = "X-Regrow-Asked-By";

  private static final List<String> PASSED_ON =
      List.of(
          "Authorization",
          "Accept",
          "Content-Type",
          "Content-Encoding",
          "If-Match",
          "If-None-Match",
          "Last-Event-ID",
          Call.INDEX_HEADER,
          "Upgrade",
          "Sec-WebSocket-Key",
          "Sec-WebSocket-Version",
          "Sec-WebSocket-Protocol");

  private final Onward onward;
  private final Supplier<NodeTls> tls;
  private final String node;
  private final boolean plain;

  /**
   * @param node this one's name
   * @param plain whether its own gateway speaks plain HTTP, on loopback
   */
  Relay(Onward onward, Supplier<NodeTls> tls, String node, boolean plain) {
    this.onward = onward;
    this.tls = tls;
    this.node = node;
    this.plain = plain;
  }

  /** Whether another node has passed it on to this one. */
  boolean isPassedOn(Call call) {
    return call.header(RELAYED) != null || call.header(ASKED) != null;
  }

  /**
   * Has one of these servers see to it; the next one when one is not there. A change that one of
   * them may have heard of is not sent to another.
   *
   * @param body that came with it, or nothing
   */
  CompletionStage<Answer> askAny(Call call, List<Node> servers, byte[] body) {
    if (servers.isEmpty()) {
      throw HttpProblem.unavailable("node %s knows no server to ask; try again".formatted(node));
    }
    var first = servers.get(0);
    var others = servers.subList(1, servers.size());
    return send(call, first, ASKED, body)
        .exceptionallyCompose(
            failure ->
                others.isEmpty() || mayHaveChanged(call, failure)
                    ? CompletableFuture.failedStage(problem(call, first, failure))
                    : askAny(call, others, body));
  }

  private static boolean mayHaveChanged(Call call, Throwable failure) {
    var cause = Failures.unwrap(failure);
    boolean sent = !(cause instanceof Onward.Unreached) && !(cause instanceof HttpProblem);
    return sent && call.route().changes();
  }

  /**
   * Has the instance's own node answer.
   *
   * @param body that came with it, or nothing
   */
  CompletionStage<Answer> passOn(Call call, Node there, byte[] body) {
    if (call.header(RELAYED) != null) {
      throw HttpProblem.unavailable(
          "that is on node %s by now; try again".formatted(there.getName()));
    }
    return ask(call, there, RELAYED, body);
  }

  private CompletionStage<Answer> ask(Call call, Node there, String as, byte[] body) {
    return send(call, there, as, body)
        .exceptionallyCompose(
            failure -> CompletableFuture.failedStage(problem(call, there, failure)));
  }

  /** Fails with {@link HttpProblem} where that node cannot be asked, before anything is sent. */
  private CompletionStage<Answer> send(Call call, Node there, String as, byte[] body) {
    try {
      return onward.ask(target(there), head(call, there, as, body.length), body);
    } catch (HttpProblem unusable) {
      return CompletableFuture.failedStage(unusable);
    }
  }

  private HttpProblem problem(Call call, Node there, Throwable failure) {
    var cause = Failures.unwrap(failure);
    if (cause instanceof HttpProblem problem) {
      return problem;
    }
    if (mayHaveChanged(call, failure)) {
      return HttpProblem.outcomeUnknown(
          "node %s passed this on to node %s, which did not answer, so it may or may not have happened (%s); read it back, then decide"
              .formatted(node, there.getName(), cause.getMessage()));
    }
    return HttpProblem.unavailable(
        "the gateway of node %s, %s, cannot be reached from node %s: %s"
            .formatted(there.getName(), there.getAddress(), node, cause.getMessage()));
  }

  Onward.Target target(Node there) {
    var uri = uri(there);
    boolean secure = uri.getScheme().equals("https");
    if (!secure && !plain) {
      throw unusable(there, "a token is never sent there in plain HTTP, as this node speaks TLS");
    }
    var address = new InetSocketAddress(uri.getHost(), uri.getPort());
    if (address.isUnresolved()) {
      throw unusable(there, "nobody knows its name");
    }
    if (secure) {
      var engine = tls.get().calling(uri.getHost(), uri.getPort());
      return new Onward.Target(
          address, new Onward.Proof(engine, session -> objection(there, session)));
    }
    if (!address.getAddress().isLoopbackAddress()) {
      throw unusable(there, "a token is never sent there in plain HTTP");
    }
    return new Onward.Target(address, null);
  }

  private static Optional<String> objection(Node there, SSLSession session) {
    var shown = NodeUids.of(session).orElse("nobody");
    return shown.equals(there.getUid())
        ? Optional.empty()
        : Optional.of(
            "who answers there is %s, and that node is %s".formatted(shown, there.getUid()));
  }

  private static URI uri(Node there) {
    try {
      var uri = URI.create(there.getAddress());
      boolean known = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      if (known && uri.getHost() != null && isPort(uri.getPort())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw unusable(there, String.valueOf(e.getMessage()));
    }
    throw unusable(there, "it is no https://HOST:PORT");
  }

  private static boolean isPort(int port) {
    return port > 0 && port <= 65_535;
  }

  private static HttpProblem unusable(Node there, String why) {
    return HttpProblem.unavailable(
        "the gateway of node %s, %s, cannot be asked: %s"
            .formatted(there.getName(), there.getAddress(), why));
  }

  private String head(Call call, Node there, String as, int length) {
    var uri = uri(there);
    var head = new StringBuilder(512);
    head.append(call.route().method()).append(' ').append(call.uri());
    char sign = '?';
    for (var pair : call.parameters().pairs()) {
      head.append(sign).append(encoded(pair.name())).append('=').append(encoded(pair.value()));
      sign = '&';
    }
    head.append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority()).append("\r\n");
    for (var name : PASSED_ON) {
      @Nullable String value = call.header(name);
      if (value != null) {
        head.append(name).append(": ").append(value).append("\r\n");
      }
    }
    if (length > 0) {
      head.append("Content-Length: ").append(length).append("\r\n");
    }
    boolean upgrades = call.header("Upgrade") != null;
    head.append("Connection: ").append(upgrades ? "Upgrade" : "close").append("\r\n");
    return head.append(as).append(": ").append(node).append("\r\n\r\n").toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
