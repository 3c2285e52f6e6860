package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OnwardTest {

  private static final String HEAD = "GET /v1/nodes HTTP/1.1\r\nHost: x\r\n\r\n";

  @Test
  void a_server_that_never_answers_is_given_up_and_its_connection_with_it() throws Exception {
    try (var onward = new Onward(Duration.ofSeconds(1));
        var hanging = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = new InetSocketAddress(hanging.getInetAddress(), hanging.getLocalPort());

      var answer = onward.ask(new Onward.Target(address, null), HEAD, new byte[0]);

      try (var connection = hanging.accept()) {
        connection.setSoTimeout(20_000);
        var heard = connection.getInputStream().readAllBytes(); // To the end of the connection.
        assertThat(new String(heard, StandardCharsets.US_ASCII)).isEqualTo(HEAD);
      }
      assertThatThrownBy(() -> answer.toCompletableFuture().join())
          .hasCauseInstanceOf(TimeoutException.class);
    }
  }
}
