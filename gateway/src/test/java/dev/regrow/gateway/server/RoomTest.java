package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who was never admitted keeps nobody out, and nobody who was admitted gives way to it. */
@Timeout(60)
final class RoomTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration BRIEF = Duration.ofSeconds(1);

  /** Of which each event loop has its share. */
  private static final int STRANGERS = 8;

  private static final int CROWD = 10 * STRANGERS;

  private final Answering handler = new Answering();
  private final List<Client> clients = new ArrayList<>();
  private final List<HttpServer> servers = new ArrayList<>();

  @AfterEach
  void end() throws IOException {
    for (var client : clients) {
      client.socket.close();
    }
    servers.forEach(server -> done(server.stop(Duration.ofSeconds(10))));
  }

  private static <T> T done(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static InetSocketAddress anywhere() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static Patience patience(Duration stranger) {
    return new Patience(LONG, LONG, LONG, stranger, LONG, BRIEF);
  }

  private HttpServer server(Duration stranger) {
    return server(stranger, new Room(2048, STRANGERS));
  }

  private HttpServer server(Duration stranger, Room room) {
    var server = done(HttpServer.plain(anywhere(), handler, patience(stranger), room));
    servers.add(server);
    return server;
  }

  private Client client(HttpServer server) throws IOException {
    var client = new Client(server);
    clients.add(client);
    return client;
  }

  private List<Client> crowd(HttpServer server) throws IOException {
    var crowd = new ArrayList<Client>();
    for (int i = 0; i < CROWD; i++) {
      crowd.add(client(server));
    }
    return crowd;
  }

  @Test
  void a_crowd_that_says_nothing_keeps_nobody_out() throws Exception {
    var server = server(LONG);
    var crowd = crowd(server);

    assertThat(client(server).ask("/known")).startsWith("HTTP/1.1 200");
    assertThat(crowd.get(0).isEnded()).as("who has waited longest").isTrue();
    assertThat(handler.roomMade).hasPositiveValue();
  }

  @Test
  void who_was_admitted_once_gives_way_to_no_crowd_and_is_not_ended_as_soon_as_one()
      throws Exception {
    var server = server(BRIEF);
    var known = client(server);
    assertThat(known.ask("/known")).startsWith("HTTP/1.1 200");

    var crowd = crowd(server);

    assertThat(crowd.get(0).isEnded()).isTrue();
    assertThat(crowd.get(CROWD - 1).isEnded()).as("who brought no request in time").isTrue();
    assertThat(known.ask("/known")).startsWith("HTTP/1.1 200");
  }

  @Test
  void a_request_that_is_being_answered_is_broken_off_for_no_crowd() throws Exception {
    var server = server(BRIEF);
    var asking = client(server);
    asking.send("/held");
    assertThat(handler.arrived.await(20, TimeUnit.SECONDS)).isTrue();

    var crowd = crowd(server);

    assertThat(crowd.get(0).isEnded()).isTrue();
    assertThat(crowd.get(CROWD - 1).isEnded()).isTrue();
    handler.held.complete(Answer.empty(200));
    assertThat(asking.head()).startsWith("HTTP/1.1 200");
  }

  @Test
  void who_was_answered_without_being_admitted_makes_room_as_the_silent_do() throws Exception {
    var server = server(LONG);
    var asked = client(server);
    assertThat(asked.ask("/open")).startsWith("HTTP/1.1 200");

    var unused = crowd(server);

    assertThat(asked.isEnded()).isTrue();
  }

  @Test
  void who_is_not_admitted_in_time_is_ended_and_told_if_a_request_had_begun() throws Exception {
    var server = server(BRIEF);
    var silent = client(server);
    var slow = client(server);
    var asked = client(server);
    slow.write("GET /known HT");
    assertThat(asked.ask("/open")).startsWith("HTTP/1.1 200");

    assertThat(silent.isEnded()).isTrue();
    assertThat(slow.head()).startsWith("HTTP/1.1 408");
    assertThat(asked.isEnded()).isTrue();
  }

  @Test
  void a_last_answer_that_a_stranger_does_not_take_is_given_up_as_soon() throws Exception {
    var client = client(server(BRIEF));
    client.write("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    long deadline = System.nanoTime() + 20_000_000_000L;
    assertThatThrownBy(
            () -> {
              while (System.nanoTime() < deadline) {
                client.write("more");
                LockSupport.parkNanos(5_000_000);
              }
            })
        .isInstanceOf(IOException.class);
  }

  @Test
  void the_time_counts_from_the_beginning_of_a_handshake() throws Exception {
    var context = SSLContext.getDefault();
    Supplier<SSLEngine> engines =
        () -> {
          var engine = context.createSSLEngine();
          engine.setUseClientMode(false);
          return engine;
        };
    var server =
        done(HttpServer.secure(anywhere(), handler, engines, Runnable::run, patience(BRIEF)));
    servers.add(server);
    var silent = client(server);
    silent.socket.setSoTimeout(8_000); // A handshake alone would be waited for for 10 s.

    assertThat(silent.isEnded()).isTrue();
  }

  @Test
  void whose_token_is_refused_is_a_stranger_again() throws Exception {
    var server = server(BRIEF);
    var client = client(server);
    assertThat(client.ask("/known")).startsWith("HTTP/1.1 200");

    assertThat(client.ask("/refused")).startsWith("HTTP/1.1 401");

    assertThat(client.isEnded()).isTrue();
  }

  @Test
  void who_comes_when_all_places_are_held_has_the_next_that_is_free() throws Exception {
    var server = server(LONG, new Room(2, STRANGERS));
    var first = client(server);
    var second = client(server);
    assertThat(first.ask("/known")).startsWith("HTTP/1.1 200");
    assertThat(second.ask("/known")).startsWith("HTTP/1.1 200");
    var third = client(server);
    third.send("/known");

    first.socket.close();

    assertThat(third.head()).startsWith("HTTP/1.1 200");
  }

  /** Admits who asks for what is not open. */
  private static final class Answering implements Handler {
    private final CompletableFuture<Answer> held = new CompletableFuture<>();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final AtomicInteger roomMade = new AtomicInteger();

    @Override
    public CompletionStage<Answer> answer(Request request) {
      switch (request.target().path()) {
        case "/held" -> {
          arrived.countDown();
          return held;
        }
        case "/large" -> {
          var large = new Answer.Whole("text/plain", new byte[16 << 20]);
          return CompletableFuture.completedFuture(Answer.of(200, large));
        }
        case "/refused" -> {
          return CompletableFuture.completedFuture(Answer.empty(401));
        }
        case "/known" -> request.admit();
        default -> {}
      }
      return CompletableFuture.completedFuture(Answer.empty(200));
    }

    @Override
    public void madeRoom() {
      roomMade.incrementAndGet();
    }

    @Override
    public Answer unreadable(Unreadable why) {
      return Answer.empty(why.status());
    }
  }

  private static final class Client {
    private final Socket socket = new Socket();
    private final InputStream in;

    Client(HttpServer server) throws IOException {
      socket.connect(server.address());
      socket.setSoTimeout(20_000);
      in = new BufferedInputStream(socket.getInputStream());
    }

    void write(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    void send(String path) throws IOException {
      write("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    String ask(String path) throws IOException {
      send(path);
      return head();
    }

    /** Up to the empty line; answers have no bodies here. */
    String head() throws IOException {
      var head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the connection ended after: " + head);
        }
        head.append((char) next);
      }
      return head.toString();
    }

    boolean isEnded() throws IOException {
      return in.read() < 0;
    }
  }
}
