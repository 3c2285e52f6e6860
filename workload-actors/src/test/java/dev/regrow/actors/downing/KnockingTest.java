package dev.regrow.actors.downing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KnockingTest {

  private static final String HERE = InetAddress.getLoopbackAddress().getHostAddress();

  private final LinkedBlockingQueue<Integer> refused = new LinkedBlockingQueue<>();
  private final Knocking knocking = new Knocking();

  @AfterEach
  void close() {
    knocking.close();
  }

  @Test
  void a_port_that_nobody_listens_on_any_more_is_told() throws Exception {
    knocking.listen((host, port) -> refused.add(port));
    int port = portOfTheDead();

    knocking.connecting(HERE, port);

    assertThat(refused.poll(5, TimeUnit.SECONDS)).isEqualTo(port);
  }

  @Test
  void a_process_that_accepts_nothing_but_lives_is_not() throws Exception {
    knocking.listen((host, port) -> refused.add(port));
    int dead = portOfTheDead();
    try (var stopped = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      knocking.connecting(HERE, stopped.getLocalPort());
      knocking.connecting(HERE, dead);

      assertThat(refused.poll(5, TimeUnit.SECONDS)).isEqualTo(dead);
      assertThat(refused).isEmpty();
    }
  }

  private static int portOfTheDead() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
