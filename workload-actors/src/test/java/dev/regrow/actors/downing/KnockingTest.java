package dev.regrow.actors.downing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KnockingTest {

  private static final String HERE = InetAddress.getLoopbackAddress().getHostAddress();
  private static final int SHORT_MILLIS = 200;

  private final LinkedBlockingQueue<String> learned = new LinkedBlockingQueue<>();
  private final List<Socket> waiting = new ArrayList<>();
  private final Knocking knocking = new Knocking();

  @BeforeEach
  void listen() {
    knocking.listen((host, port, sign) -> learned.add(sign + " " + port));
  }

  @AfterEach
  void close() throws IOException {
    knocking.close();
    for (var socket : waiting) {
      socket.close();
    }
  }

  @Test
  void a_port_that_nobody_listens_on_any_more_refuses() throws Exception {
    int port = portOfTheDead();

    knocking.knock(HERE, port);

    assertThat(learned()).isEqualTo("REFUSED " + port);
  }

  @Test
  void a_process_that_accepts_nothing_has_a_kernel_that_answers() throws Exception {
    try (var hung = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      knocking.knock(HERE, hung.getLocalPort());

      assertThat(learned()).isEqualTo("ANSWERED " + hung.getLocalPort());
    }
  }

  @Test
  void where_nothing_comes_back_is_silence() throws Exception {
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(full);

      knocking.knock(HERE, full.getLocalPort());

      assertThat(learned()).isEqualTo("SILENT " + full.getLocalPort());
    }
  }

  @Test
  void several_doors_are_asked_at_once() throws Exception {
    try (var hung = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      var here = new InetSocketAddress(HERE, hung.getLocalPort());
      var dead = new InetSocketAddress(HERE, portOfTheDead());

      var signs = knocking.ask(List.of(here, dead)).toCompletableFuture().get(20, TimeUnit.SECONDS);

      assertThat(signs)
          .isEqualTo(Map.of(here, Knocking.Sign.ANSWERED, dead, Knocking.Sign.REFUSED));
    }
  }

  private String learned() throws InterruptedException {
    return String.valueOf(learned.poll(20, TimeUnit.SECONDS));
  }

  /** Whoever knocks where too many wait already hears nothing, as from a dead machine. */
  private void fill(ServerSocket full) throws IOException {
    while (true) {
      var next = new Socket();
      waiting.add(next);
      try {
        next.connect(full.getLocalSocketAddress(), SHORT_MILLIS);
      } catch (SocketTimeoutException isFull) {
        return;
      }
    }
  }

  private static int portOfTheDead() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
