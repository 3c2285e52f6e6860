package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes over the wire, byte by byte. */
@Timeout(60)
final class HttpServerTest {

  private static final Patience SHORT =
      new Patience(
          Duration.ofMillis(300),
          Duration.ofMillis(300),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofMillis(300));

  /** More than the kernel takes for a client that does not read. */
  private static final int LARGE_BYTES = 16 << 20;

  /** More than an event loop needs to get to a handler. */
  private static final int FRAMES_MAX = 200;

  /** So that the kernel does not take megabytes; much smaller ones are slow. */
  private static final int WINDOW_BYTES = 256 << 10;

  private final Answering handler = new Answering();
  private final HttpServer server = start(SHORT);

  private HttpServer start(Patience patience) {
    return HttpServer.plain(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            handler,
            patience,
            Room.USUAL)
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
  }

  @AfterEach
  void stop() {
    server.stop(Duration.ZERO).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void requests_that_are_sent_ahead_are_answered_in_order() throws Exception {
    try (var client = new Client()) {
      client.send(get("/held") + get("/2") + get("/3"));
      assertThat(handler.arrived("/held")).isTrue();

      handler.release("/held");

      assertThat(client.answer()).endsWith("/held");
      assertThat(client.answer()).endsWith("/2");
      assertThat(client.answer()).endsWith("/3");
    }
  }

  @Test
  void very_many_requests_behind_one_that_takes_its_time_are_answered_in_order() throws Exception {
    try (var client = new Client()) {
      int more = 50_000;
      var all = new StringBuilder(get("/held"));
      for (int i = 0; i < more; i++) {
        all.append(get("/" + i));
      }
      var sent = client.sendMeanwhile(all.toString());
      assertThat(handler.arrived("/held")).isTrue();

      handler.release("/held");

      assertThat(client.answer()).endsWith("/held");
      for (int i = 0; i < more; i++) {
        assertThat(client.answer()).endsWith("\r\n\r\n/" + i);
      }
      sent.get(20, TimeUnit.SECONDS);
      assertThat(handler.deepest).as("frames on the stack").hasValueLessThan(FRAMES_MAX);
    }
  }

  @Test
  void a_client_that_takes_no_answers_is_asked_for_no_more_requests_until_it_does()
      throws Exception {
    try (var client = new Client(WINDOW_BYTES)) {
      int requests = 4_000;
      var padding = "-".repeat(4_000);
      var all = new StringBuilder();
      for (int i = 0; i < requests; i++) {
        all.append(get("/" + i + padding));
      }

      var sent = client.sendMeanwhile(all.toString());

      // What the kernel holds of the answers, and little more: half of them at most.
      assertThat(settled(handler.seen::size)).isBetween(1, requests / 2);
      for (int i = 0; i < requests; i++) {
        assertThat(client.answer()).endsWith("\r\n\r\n/" + i + padding);
      }
      sent.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void a_connection_lives_on_unless_the_client_wants_it_to_end() throws Exception {
    try (var client = new Client()) {
      client.send(get("/1"));
      assertThat(client.answer()).doesNotContainIgnoringCase("connection:");
      client.send("GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(client.answer()).containsIgnoringCase("connection: close").endsWith("/2");
      assertThat(client.isEnded()).isTrue();
    }
    try (var old = new Client()) {
      old.send("GET /old HTTP/1.0\r\n\r\n");
      assertThat(old.answer()).endsWith("/old");
      assertThat(old.isEnded()).isTrue();
    }
  }

  @Test
  void a_client_that_asks_first_is_told_to_go_on_when_its_body_is_wanted() throws Exception {
    try (var client = new Client()) {
      client.send(
          "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      client.send("hello");
      assertThat(client.answer()).endsWith("hello");

      client.send(
          "PUT /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      assertThat(client.answer()).containsIgnoringCase("connection: close").endsWith("/unread");
      assertThat(client.isEnded()).isTrue();
    }
  }

  @Test
  void a_body_that_nobody_reads_is_thrown_away_and_the_next_request_is_found() throws Exception {
    try (var client = new Client()) {
      client.send(
          "PUT /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"
              + "z".repeat(300_000)
              + get("/next"));

      assertThat(client.answer()).endsWith("/unread");
      assertThat(client.answer()).endsWith("/next");
    }
  }

  @Test
  void chunks_are_put_together_whatever_their_sizes() throws Exception {
    try (var client = new Client()) {
      client.send("PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send("3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n");

      assertThat(client.answer()).endsWith("abcd");
    }
  }

  @Test
  void two_ways_to_say_how_long_a_body_is_are_one_too_many() throws Exception {
    try (var client = new Client()) {
      client.send(
          "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "0\r\n\r\n"
              + get("/smuggled"));

      assertThat(client.answer()).startsWith("HTTP/1.1 400");
      assertThat(client.isEnded()).isTrue();
      assertThat(handler.seen).doesNotContainKey("/smuggled");
    }
  }

  @Test
  void a_head_that_never_ends_is_not_waited_for_and_neither_is_a_body() throws Exception {
    try (var head = new Client();
        var body = new Client()) {
      head.send("GET /slow HTTP/1.1\r\nHost");
      body.send("PUT /brief HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");

      assertThat(head.answer()).startsWith("HTTP/1.1 408");
      assertThat(head.isEnded()).isTrue();
      assertThat(body.answer()).endsWith("TOO_SLOW");
      assertThat(body.isEnded()).isTrue();
    }
  }

  @Test
  void who_takes_too_long_to_answer_is_told() throws Exception {
    try (var client = new Client()) {
      client.send(get("/never"));

      assertThat(client.answer()).endsWith("late");
    }
  }

  @Test
  void HEAD_gets_the_head_alone() throws Exception {
    try (var client = new Client()) {
      client.send("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next"));

      assertThat(client.head()).startsWith("HTTP/1.1 200").contains("Content-Length: 5");
      assertThat(client.answer()).endsWith("/next");
    }
  }

  @Test
  void a_stream_goes_out_in_chunks_and_one_that_breaks_has_no_last_chunk() throws Exception {
    try (var whole = new Client();
        var broken = new Client()) {
      whole.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
      broken.send("GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(whole.head()).contains("Transfer-Encoding: chunked");
      assertThat(whole.read(13)).isEqualTo("3\r\none\r\n0\r\n\r\n");
      assertThat(broken.head()).contains("Transfer-Encoding: chunked");
      assertThat(broken.rest()).isEqualTo("3\r\none\r\n");
    }
  }

  @Test
  void an_answer_that_cannot_be_written_ends_its_connection_and_no_other() throws Exception {
    try (var unwritable = new Client();
        var thrown = new Client();
        var other = new Client()) {
      unwritable.send(get("/unwritable"));
      thrown.send(get("/thrown"));

      assertThat(unwritable.rest()).isEmpty();
      assertThat(thrown.rest()).endsWith("3\r\none\r\n");
      other.send(get("/other"));
      assertThat(other.answer()).endsWith("/other");
    }
  }

  @Test
  void stopping_lets_an_answer_finish_and_ends_idle_connections() throws Exception {
    try (var idle = new Client();
        var busy = new Client()) {
      idle.send(get("/1"));
      assertThat(idle.answer()).endsWith("/1");
      busy.send(get("/held"));
      assertThat(handler.arrived("/held")).isTrue();

      var stopped = server.stop(Duration.ofSeconds(20)).toCompletableFuture();

      assertThat(idle.isEnded()).isTrue();
      assertThat(stopped).isNotDone();
      handler.release("/held");
      assertThat(busy.answer()).containsIgnoringCase("connection: close").endsWith("/held");
      assertThat(busy.isEnded()).isTrue();
      stopped.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  @Test
  void a_last_answer_waits_for_a_client_that_reads_late() throws Exception {
    try (var client = new Client(WINDOW_BYTES)) {
      client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(client.head()).contains("Content-Length: " + LARGE_BYTES);
      lookAtConnectionsTwice();

      assertThat(client.rest().length()).isEqualTo(LARGE_BYTES);
    }
  }

  @Test
  void stopping_waits_for_an_answer_that_a_client_has_not_taken_yet() throws Exception {
    CompletableFuture<Void> stopped;
    try (var client = new Client(WINDOW_BYTES)) {
      client.send(get("/large"));
      assertThat(client.head()).contains("Content-Length: " + LARGE_BYTES);

      stopped = server.stop(Duration.ofSeconds(20)).toCompletableFuture();

      assertThat(client.rest().length()).isEqualTo(LARGE_BYTES);
    }
    stopped.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Test
  void a_last_answer_that_is_never_taken_is_given_up_whatever_its_client_sends() throws Exception {
    var brief = Duration.ofMillis(300);
    var strict = start(new Patience(brief, brief, brief, brief, brief, brief));
    try (var client = new Client(WINDOW_BYTES, strict)) {
      client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(handler.arrived("/large")).isTrue();

      long deadline = System.nanoTime() + 20_000_000_000L;
      assertThatThrownBy(
              () -> {
                while (System.nanoTime() < deadline) {
                  client.send("more");
                  LockSupport.parkNanos(5_000_000);
                }
              })
          .as("what is sent once the server has given up")
          .isInstanceOf(IOException.class);
    } finally {
      strict.stop(Duration.ZERO).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  /** The server looks at those of an event loop together, and ends then what is too slow. */
  private void lookAtConnectionsTwice() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (var slow = new Client()) {
        slow.send("GET /slow");
        assertThat(slow.answer()).startsWith("HTTP/1.1 408");
      }
    }
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  /** What it is once it has not changed for half a second. */
  private static int settled(Supplier<Integer> number) {
    int last = -1;
    long since = System.nanoTime();
    while (last <= 0 || System.nanoTime() - since < 500_000_000) {
      LockSupport.parkNanos(10_000_000);
      if (number.get() != last) {
        last = number.get();
        since = System.nanoTime();
      }
    }
    return last;
  }

  /** Answers with the path, the body or what is wrong with it. */
  private static final class Answering implements Handler {

    private final Map<String, CompletableFuture<Answer>> held = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> seen = new ConcurrentHashMap<>();
    private final AtomicInteger deepest = new AtomicInteger();

    @Override
    public CompletionStage<Answer> answer(Request request) {
      request.admit();
      var path = request.target().path();
      int frames = StackWalker.getInstance().walk(all -> (int) all.limit(FRAMES_MAX).count());
      deepest.accumulateAndGet(frames, Math::max);
      var arrived = seen.computeIfAbsent(path, key -> new CountDownLatch(1));
      if (path.equals("/held")) {
        // Once it is whole the connection waits for its answer.
        var unused =
            request.body().read(1, Duration.ofSeconds(20)).thenAccept(whole -> arrived.countDown());
      } else {
        arrived.countDown();
      }
      return switch (path) {
        case "/held" -> held.computeIfAbsent(path, key -> new CompletableFuture<>());
        case "/never" -> {
          var never = new CompletableFuture<Answer>();
          request.whenLate(() -> never.complete(text("late")));
          yield never;
        }
        case "/echo" -> read(request, Duration.ofSeconds(20));
        case "/brief" -> read(request, Duration.ofMillis(300));
        case "/stream" -> stream(ByteStream.END);
        case "/broken" -> stream(ByteStream.BROKEN);
        case "/unwritable" ->
            CompletableFuture.completedFuture(text(path).with("X-Bad", "two\r\nlines"));
        case "/thrown" -> stream(null);
        case "/large" -> CompletableFuture.completedFuture(text("-".repeat(LARGE_BYTES)));
        default -> CompletableFuture.completedFuture(text(path));
      };
    }

    private static CompletionStage<Answer> read(Request request, Duration patience) {
      return request
          .body()
          .read(1 << 20, patience)
          .handle(
              (bytes, failure) ->
                  text(
                      failure instanceof BodyRefused refused
                          ? refused.kind().name()
                          : new String(bytes, StandardCharsets.UTF_8)));
    }

    private static CompletionStage<Answer> stream(ByteStream.@Nullable Next end) {
      return CompletableFuture.completedFuture(
          Answer.of(
              200, new Answer.Open("text/plain", new Once(end), new byte[0], Optional.empty())));
    }

    @Override
    public void madeRoom() {}

    @Override
    public Answer unreadable(Unreadable why) {
      return Answer.of(why.status(), new Answer.Whole("text/plain", new byte[0]));
    }

    private static Answer text(String text) {
      return Answer.of(200, new Answer.Whole("text/plain", text.getBytes(StandardCharsets.UTF_8)));
    }

    boolean arrived(String path) throws InterruptedException {
      return seen.computeIfAbsent(path, key -> new CountDownLatch(1)).await(20, TimeUnit.SECONDS);
    }

    void release(String path) {
      held.computeIfAbsent(path, key -> new CompletableFuture<>()).complete(text(path));
    }
  }

  /** Says "one", then ends as it was told. */
  private static final class Once implements ByteStream {
    private final @Nullable Next end;
    private boolean said;

    Once(@Nullable Next end) {
      this.end = end;
    }

    @Override
    public void start(Runnable ready) {}

    @Override
    public Next next() {
      if (said) {
        if (end == null) {
          throw new IllegalStateException("thrown by the test");
        }
        return end;
      }
      said = true;
      return new Bytes("one".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {}
  }

  /** A socket, and what was read from it. */
  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Client() throws IOException {
      this(0);
    }

    /**
     * @param windowBytes that the kernel takes before it is read; 0: as usual
     */
    Client(int windowBytes) throws IOException {
      this(windowBytes, server);
    }

    Client(int windowBytes, HttpServer server) throws IOException {
      socket = new Socket();
      if (windowBytes > 0) {
        socket.setReceiveBufferSize(windowBytes);
      }
      socket.connect(server.address());
      socket.setSoTimeout(20_000);
      in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What is more than the server takes before it was read from. */
    CompletableFuture<Void> sendMeanwhile(String text) {
      return CompletableFuture.runAsync(
          () -> {
            try {
              send(text);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }

    /** Up to the empty line. */
    String head() throws IOException {
      var head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        head.append(read(1));
      }
      return head.toString();
    }

    /** Head and body. */
    String answer() throws IOException {
      var head = head();
      var length =
          head.lines()
              .filter(line -> line.startsWith("Content-Length: "))
              .mapToInt(line -> Integer.parseInt(line.substring(16)))
              .findFirst()
              .orElse(0);
      return head + read(length);
    }

    String read(int most) throws IOException {
      var bytes = in.readNBytes(most);
      if (bytes.length < most && most == 1) {
        throw new IOException("the connection ended within an answer");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    String rest() throws IOException {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    boolean isEnded() throws IOException {
      return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
