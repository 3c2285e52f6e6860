package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.report.RunReport.Sample;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbingTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final AtomicInteger status = new AtomicInteger(200);
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), 3);
          exchange
              .getResponseBody()
              .write("yes".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int port() {
    return server.getAddress().getPort();
  }

  /** Of two nodes, n1 refuses every connection. */
  private static final class HalfDead implements Reach {
    @Override
    public List<String> nodes() {
      return List.of("n1", "n2");
    }

    @Override
    public Socket connect(String node, int port, Duration within) throws IOException {
      if (node.equals("n1")) {
        throw new IOException("refused");
      }
      return new Socket(InetAddress.getLoopbackAddress(), port);
    }
  }

  private Asker http(String host, int wanted) {
    var url = "http://" + host + ":" + port() + "/health?x=1";
    return new Asker(new HalfDead(), new Hypothesis.Http(url, wanted));
  }

  @Test
  void an_answer_is_good_by_its_status() throws Exception {
    assertThat(http("127.0.0.1", 0).ask(PATIENCE)).isEmpty();
    status.set(503);
    assertThat(http("127.0.0.1", 0).ask(PATIENCE)).isEqualTo("127.0.0.1: answered 503");
    assertThat(http("127.0.0.1", 503).ask(PATIENCE)).isEmpty();
  }

  @Test
  void who_refuses_is_passed_over_when_any_is_asked() throws Exception {
    assertThat(http("any", 0).ask(PATIENCE)).isEmpty();
    assertThat(http("n1", 0).ask(PATIENCE)).isEqualTo("n1: refused");
    status.set(503);
    assertThat(http("any", 0).ask(PATIENCE)).isEqualTo("n2: answered 503");
  }

  @Test
  void who_does_not_answer_is_given_up() throws Exception {
    try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var question = new Hypothesis.Http("http://127.0.0.1:" + silent.getLocalPort() + "/", 0);

      assertThat(new Asker(new HalfDead(), question).ask(Duration.ofMillis(50)))
          .isEqualTo("127.0.0.1: no answer within 50ms");
    }
  }

  @Test
  void a_command_answers_by_its_exit_code() throws Exception {
    assertThat(new Asker(new HalfDead(), new Hypothesis.Exec(List.of("/bin/true"))).ask(PATIENCE))
        .isEmpty();
    assertThat(new Asker(new HalfDead(), new Hypothesis.Exec(List.of("/bin/false"))).ask(PATIENCE))
        .isEqualTo("exit code 1");
    assertThat(
            new Asker(new HalfDead(), new Hypothesis.Exec(List.of("/bin/sleep", "60")))
                .ask(Duration.ofMillis(50)))
        .isEqualTo("did not end within 50ms");
  }

  @Test
  void questions_are_asked_at_their_times_even_while_others_wait() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var hypothesis =
          new Hypothesis.Answers(
              "it answers",
              "it",
              new Hypothesis.Http("http://127.0.0.1:" + silent.getLocalPort() + "/", 0),
              Duration.ofMillis(20),
              Duration.ofMillis(100),
              100,
              Optional.empty(),
              false);
      long began = System.nanoTime();
      try (var probing =
          Probing.start(
              hypothesis, new HalfDead(), () -> (System.nanoTime() - began) / 1_000_000)) {
        var samples =
            Await.until("three answers", SOON, probing::samples, seen -> seen.size() >= 3);

        // Each was given up after a second; one after the other the third would be asked at 2 s.
        assertThat(samples).noneMatch(Sample::good);
        assertThat(samples.get(2).atMillis()).isLessThan(samples.get(0).atMillis() + 900);
      }
    }
  }
}
