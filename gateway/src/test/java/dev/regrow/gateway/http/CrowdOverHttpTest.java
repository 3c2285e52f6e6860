package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Very many connections without a token. */
@Timeout(60)
final class CrowdOverHttpTest {

  /** More than are kept. */
  private static final int CROWD = 1200;

  private final TestGateway gateway = new TestGateway();
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
    gateway.close();
  }

  private Socket connected() throws IOException {
    var socket = new Socket();
    sockets.add(socket);
    socket.connect(gateway.address());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Sends a request, and reads the answer to the end of its head. */
  private static String ask(Socket socket, String path, String token) throws IOException {
    var head = "HEAD %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n";
    socket.getOutputStream().write(head.formatted(path, token).getBytes(StandardCharsets.US_ASCII));
    var answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      assertThat(next).as("after " + answer).isNotNegative();
      answer.append((char) next);
    }
    return answer.toString();
  }

  @Test
  void a_good_token_keeps_its_connection_and_neither_open_routes_nor_a_bad_one_do()
      throws Exception {
    var good = gateway.token(Role.READ);
    var open = connected();
    var bad = connected();
    var forbidden = connected();
    var admitted = connected();
    assertThat(ask(open, "/healthz", "")).startsWith("HTTP/1.1 200");
    assertThat(ask(bad, "/v1/nodes", "guessed")).startsWith("HTTP/1.1 401");
    assertThat(ask(forbidden, "/v1/tokens", good)).startsWith("HTTP/1.1 403");
    assertThat(ask(admitted, "/v1/nodes", good)).startsWith("HTTP/1.1 200");

    for (int i = 0; i < CROWD; i++) {
      var unused = connected();
    }

    assertThat(open.getInputStream().read()).isNegative();
    assertThat(bad.getInputStream().read()).isNegative();
    assertThat(ask(forbidden, "/v1/nodes", good)).startsWith("HTTP/1.1 200");
    assertThat(ask(admitted, "/v1/nodes", good)).startsWith("HTTP/1.1 200");
    assertThat(gateway.get("/metrics").body())
        .containsPattern("regrow_http_strangers_closed_total [1-9]");
  }
}
