package dev.regrow.gateway.http;

import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.Dialogue;
import dev.regrow.gateway.server.WebSocketKey;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/** From a request to a WebSocket: RFC 6455, 4.2. */
final class Upgrades {

  private Upgrades() {}

  /** Refuses what asks for none that speaks this protocol; before anything else is done for it. */
  static void require(Call call, String protocol) {
    if (!call.request().method().equals("GET")
        || !lists(call, "Upgrade", "websocket")
        || !lists(call, "Connection", "upgrade")) {
      throw HttpProblem.of(
              426,
              "upgrade-required",
              "this is a WebSocket that speaks %s: use regrow, or send Upgrade: websocket"
                  .formatted(protocol))
          .with("Upgrade", "websocket");
    }
    if (!"13".equals(call.header("Sec-WebSocket-Version"))) {
      throw HttpProblem.of(426, "upgrade-required", "this is version 13 of WebSockets")
          .with("Sec-WebSocket-Version", "13");
    }
    if (call.header("Content-Length") != null || call.header("Transfer-Encoding") != null) {
      throw HttpProblem.malformed("a request for a WebSocket has no body");
    }
    if (!lists(call, "Sec-WebSocket-Protocol", protocol)) {
      throw HttpProblem.malformed(
          "Sec-WebSocket-Protocol must offer %s; this speaks nothing else".formatted(protocol));
    }
    accept(call);
  }

  static Answer answer(Call call, String protocol, Supplier<Dialogue> dialogue) {
    var accept = accept(call);
    return Answer.of(101, new Answer.Switched(dialogue.get(), true, Optional.empty()))
        .with("Upgrade", "websocket")
        .with("Connection", "Upgrade")
        .with("Sec-WebSocket-Accept", accept)
        .with("Sec-WebSocket-Protocol", protocol);
  }

  private static String accept(Call call) {
    var key = call.header("Sec-WebSocket-Key");
    return Optional.ofNullable(key)
        .flatMap(WebSocketKey::accept)
        .orElseThrow(() -> HttpProblem.malformed("Sec-WebSocket-Key must be 16 bytes in base64"));
  }

  private static boolean lists(Call call, String header, String word) {
    var value = call.header(header);
    return value != null
        && Arrays.stream(value.split(",", -1)).anyMatch(each -> each.trim().equalsIgnoreCase(word));
  }
}
