package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.client.ApiException;
import dev.regrow.client.Context;
import dev.regrow.client.ExecQuery;
import dev.regrow.client.ExecStream;
import dev.regrow.client.RegrowClient;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.FakeCommand;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RuntimeFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExecOverHttpTest {

  private static final String EXEC = "/v1/namespaces/default/instances/local-0/exec";

  private final TestGateway gateway = new TestGateway();
  private final FakeCommand instance =
      new FakeCommand(new InstanceKey("default", "local", "local-id0"));
  private final List<RegrowClient> clients = new ArrayList<>();

  @BeforeEach
  void run() {
    gateway.logs.runs(instance);
  }

  @AfterEach
  void stop() {
    clients.forEach(RegrowClient::close);
    gateway.close();
  }

  private RegrowClient client(String token) {
    var client =
        RegrowClient.of(
            new Context(
                "http://127.0.0.1:" + gateway.address().getPort(),
                token,
                "",
                "default",
                List.of()));
    clients.add(client);
    return client;
  }

  private ExecStream exec(String... command) {
    return client(gateway.token(Role.DEPLOY)).exec(query(false, command));
  }

  private static String query(boolean terminal, String... command) {
    return new ExecQuery("default", "local-0", List.of(command), terminal).target();
  }

  private FakeCommand.Running started() throws InterruptedException {
    var started = instance.running().poll(20, TimeUnit.SECONDS);
    assertThat(started).as("a command that runs").isNotNull();
    return started;
  }

  private static String happened(FakeCommand.Running running) throws InterruptedException {
    return String.valueOf(running.happened().poll(20, TimeUnit.SECONDS));
  }

  @Test
  void what_a_command_writes_reads_and_exits_with_goes_through_whole() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var bytes = new byte[3 << 20];
    new Random(seed).nextBytes(bytes);
    try (var exec = exec("/bin/sh", "-c", "a b\n\"ü\"")) {
      var running = started();
      assertThat(running.command)
          .isEqualTo(new Exec.Command(List.of("/bin/sh", "-c", "a b\n\"ü\""), null));
      var input =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int at = 0; at < bytes.length; at += 10_000) {
                    var part = Arrays.copyOfRange(bytes, at, Math.min(at + 10_000, bytes.length));
                    exec.input(part, part.length);
                  }
                  exec.endInput();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      var output =
          CompletableFuture.runAsync(
              () -> {
                for (int at = 0; at < bytes.length; at += 16_384) {
                  var part = Arrays.copyOfRange(bytes, at, Math.min(at + 16_384, bytes.length));
                  assertThat(running.listener.onOutput(Exec.Stream.OUTPUT, part)).isTrue();
                }
                running.listener.onOutput(
                    Exec.Stream.ERROR, "oops".getBytes(StandardCharsets.UTF_8));
                running.listener.onExit(7);
              });
      var out = new ByteArrayOutputStream();
      var err = new ByteArrayOutputStream();

      var end = exec.follow((error, part) -> (error ? err : out).writeBytes(part));

      assertThat(end.code()).hasValue(7);
      assertThat(out.toByteArray()).isEqualTo(bytes);
      assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("oops");
      output.get(20, TimeUnit.SECONDS);
      input.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void all_input_arrives_in_order_and_its_end_after_it() throws Exception {
    try (var exec = exec("cat")) {
      var running = started();
      for (int i = 0; i < 100; i++) {
        exec.input(
            ("line " + i + "\n").getBytes(StandardCharsets.UTF_8), ("line " + i + "\n").length());
      }
      exec.endInput();

      assertThat(happened(running)).isEqualTo("end");
      assertThat(new String(running.input(), StandardCharsets.UTF_8))
          .startsWith("line 0\n")
          .endsWith("line 99\n")
          .hasSize(790);
    }
  }

  @Test
  void a_terminal_is_resized() throws Exception {
    try (var exec = client(gateway.token(Role.DEPLOY)).exec(query(true, "sh"))) {
      var running = started();
      assertThat(running.command.terminal()).isEqualTo(new Exec.Window(24, 80));

      exec.resize(50, 132);

      assertThat(happened(running)).isEqualTo("50x132");
    }
  }

  @Test
  void a_client_that_goes_away_ends_the_command() throws Exception {
    var exec = exec("sleep");
    var running = started();

    exec.close();

    assertThat(happened(running)).isEqualTo("close");
  }

  @Test
  void a_slow_client_holds_up_the_command_and_is_not_held_in_memory() throws Exception {
    var exec = exec("yes");
    var running = started();
    var part = new byte[16 << 10];
    var parts = new AtomicInteger();
    var written =
        CompletableFuture.runAsync(
            () -> {
              while (parts.get() < 8192 && running.listener.onOutput(Exec.Stream.OUTPUT, part)) {
                parts.incrementAndGet();
              }
            });
    assertThatThrownBy(() -> written.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

    exec.close();

    written.get(20, TimeUnit.SECONDS);
    assertThat(parts.get()).isLessThan(8192);
  }

  @Test
  void what_cannot_run_is_told_with_the_code_that_shells_have_for_it() throws Exception {
    instance.refuses(new Exec.CannotRun(127, "cannot run /bin/nowhere: there is no such program"));
    try (var exec = exec("/bin/nowhere")) {
      var end = exec.follow((error, bytes) -> {});

      assertThat(end.neverRan()).isTrue();
      assertThat(end.code()).hasValue(127);
      assertThat(end.message()).contains("no such program");
    }
    instance.refuses(new RuntimeFailure("it has ended", true));
    try (var exec = exec("ls")) {
      assertThat(exec.follow((error, bytes) -> {}).code()).isEmpty();
    }
  }

  @Test
  void who_may_only_read_may_not_and_a_stopped_instance_is_a_conflict() {
    assertThatThrownBy(() -> client(gateway.token(Role.READ)).exec(query(false, "ls")))
        .isInstanceOf(ApiException.Denied.class);
    assertThatThrownBy(() -> client("x").exec(query(false, "ls")))
        .isInstanceOf(ApiException.Denied.class);
    var gone = new TestGateway();
    try (gone) {
      var client =
          RegrowClient.of(
              new Context(
                  "http://127.0.0.1:" + gone.address().getPort(),
                  gone.token(Role.DEPLOY),
                  "",
                  "default",
                  List.of()));
      clients.add(client);
      assertThatThrownBy(() -> client.exec(query(false, "ls")))
          .isInstanceOf(ApiException.Conflict.class)
          .hasMessageContaining("is not running");
    }
  }

  @Test
  void a_revoked_token_ends_what_it_runs() throws Exception {
    var token = gateway.issue("{\"role\":\"deploy\"}");
    try (var exec = client(token.getToken()).exec(query(false, "sleep"))) {
      var running = started();

      gateway.send(gateway.request("/v1/tokens/" + token.getId()).DELETE());

      assertThat(happened(running)).isEqualTo("close");
      assertThatThrownBy(() -> exec.follow((error, bytes) -> {})).isInstanceOf(IOException.class);
    }
  }

  @Test
  void a_revoked_token_ends_what_it_runs_though_its_client_reads_nothing() throws Exception {
    var token = gateway.issue("{\"role\":\"deploy\"}");
    try (var socket = connect("?command=yes", "Authorization: Bearer " + token.getToken())) {
      head(socket);
      var running = started();
      var parts = new AtomicInteger();
      var written =
          CompletableFuture.runAsync(
              () -> {
                while (running.listener.onOutput(Exec.Stream.OUTPUT, new byte[16 << 10])) {
                  parts.incrementAndGet();
                }
              });
      awaitHeldUp(parts);

      gateway.send(gateway.request("/v1/tokens/" + token.getId()).DELETE());

      assertThat(happened(running)).isEqualTo("close");
      written.get(20, TimeUnit.SECONDS);
      long deadline = System.nanoTime() + 20_000_000_000L;
      assertThatThrownBy(
              () -> {
                while (System.nanoTime() < deadline) {
                  socket.getOutputStream().write(frame(0x82, new byte[] {0, 'x'}));
                }
              })
          .as("input once the server has closed")
          .isInstanceOf(IOException.class);
      assertThat(running.input()).isEmpty();
    }
  }

  /** Until it has written nothing for half a second: the client has no room any more. */
  private static void awaitHeldUp(AtomicInteger parts) {
    int last = 0;
    long since = System.nanoTime();
    while (last == 0 || System.nanoTime() - since < 500_000_000) {
      LockSupport.parkNanos(10_000_000);
      if (parts.get() != last) {
        last = parts.get();
        since = System.nanoTime();
      }
    }
  }

  @Test
  void only_so_many_run_in_an_instance_at_a_time() throws Exception {
    var running = new ArrayList<ExecStream>();
    for (int i = 0; i < 16; i++) {
      running.add(exec("sleep"));
    }
    assertThatThrownBy(() -> exec("sleep"))
        .isInstanceOf(ApiException.TooMany.class)
        .hasMessageContaining("16 of these go on in local-id0 already");

    for (int i = 0; i < 16; i++) {
      started().listener.onExit(0);
    }

    exec("sleep").close();
    running.forEach(ExecStream::close);
  }

  @Test
  void what_is_no_request_for_such_a_socket_is_refused_with_words() {
    assertThat(gateway.get(EXEC + "?command=ls").statusCode()).isEqualTo(426);
    assertThat(gateway.get(EXEC + "?command=ls").headers().firstValue("Upgrade"))
        .hasValue("websocket");
    assertThat(status("")).isEqualTo(400); // no command
    assertThat(status("?command=")).isEqualTo(400);
    assertThat(status("?command=ls&tty=maybe")).isEqualTo(400);
    assertThat(status("?command=ls&unknown=1")).isEqualTo(400);
    assertThat(status("?command=a%00b")).isEqualTo(400);
    assertThat(status("?command=ls", "Sec-WebSocket-Version: 8")).isEqualTo(426);
    assertThat(status("?command=ls", "Sec-WebSocket-Key: short")).isEqualTo(400);
    assertThat(status("?command=ls", "Sec-WebSocket-Protocol: v4.channel.k8s.io")).isEqualTo(400);
    assertThat(status("?command=ls", "Content-Length: 5")).isEqualTo(400);
    assertThat(status("?command=ls")).isEqualTo(101);
  }

  private int status(String query, String... instead) {
    try (var socket = connect(query, instead)) {
      var head = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      return Integer.parseInt(head.substring(9));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Socket connect(String query, String... instead) throws IOException {
    var socket = new Socket(gateway.address().getAddress(), gateway.address().getPort());
    socket.setSoTimeout(20_000);
    var lines =
        new ArrayList<>(
            List.of(
                "Host: x",
                "Authorization: Bearer " + gateway.token(Role.ADMIN),
                "Connection: keep-alive, Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: v4.channel.k8s.io, v5.channel.k8s.io"));
    for (var other : instead) {
      lines.removeIf(line -> line.startsWith(other.substring(0, other.indexOf(':') + 1)));
      lines.add(other);
    }
    var head = "GET " + EXEC + query + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void the_handshake_is_that_of_the_standard() throws Exception {
    try (var socket = connect("?command=ls")) {
      assertThat(head(socket))
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
          .contains("Sec-WebSocket-Protocol: v5.channel.k8s.io")
          .startsWith("HTTP/1.1 101 ");
    }
  }

  private static String head(Socket socket) throws IOException {
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      assertThat(next).as("after: " + head).isNotNegative();
      head.append((char) next);
    }
    return head.toString();
  }

  @Test
  void messages_may_come_in_pieces_as_other_clients_send_them() throws Exception {
    try (var socket = connect("?command=cat")) {
      head(socket);
      var running = started();
      var out = socket.getOutputStream();
      out.write(frame(0x02, new byte[] {}));
      out.write(frame(0x00, new byte[] {0, 'a'}));
      out.write(frame(0x89, new byte[] {1}));
      out.write(frame(0x80, new byte[] {'b'}));
      out.write(frame(0x02, new byte[] {4}));
      out.write(frame(0x80, "{\"Width\":1,\"Height\":2}".getBytes(StandardCharsets.US_ASCII)));
      out.write(frame(0x82, new byte[] {(byte) 255, 0}));

      assertThat(happened(running)).isEqualTo("2x1");
      assertThat(happened(running)).isEqualTo("end");
      assertThat(running.input()).isEqualTo(new byte[] {'a', 'b'});
      assertThat(socket.getInputStream().readNBytes(3)).isEqualTo(new byte[] {(byte) 0x8a, 1, 1});
    }
  }

  private static byte[] frame(int first, byte[] payload) {
    var bytes = new byte[6 + payload.length];
    bytes[0] = (byte) first;
    bytes[1] = (byte) (0x80 | payload.length);
    System.arraycopy(payload, 0, bytes, 6, payload.length); // masked by 0
    return bytes;
  }

  @Test
  void hostile_frames_end_their_own_connection_and_nothing_else() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    var wrong = new ArrayList<byte[]>();
    wrong.add(new byte[] {(byte) 0x82, 1, 0}); // not masked
    wrong.add(new byte[] {(byte) 0xf2, (byte) 0x81, 0, 0, 0, 0, 0}); // reserved bits
    wrong.add(new byte[] {(byte) 0x80, (byte) 0x81, 0, 0, 0, 0, 0}); // goes on with nothing
    wrong.add(new byte[] {(byte) 0x81, (byte) 0x81, 0, 0, 0, 0, 'x'}); // text
    wrong.add(new byte[] {(byte) 0x88, (byte) 0x81, 0, 0, 0, 0, 1}); // half a code
    wrong.add(new byte[] {(byte) 0x82, (byte) 0xff, 0x7f, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0});
    for (int i = 0; i < 40; i++) {
      var bytes = new byte[random.nextInt(1, 400)];
      random.nextBytes(bytes);
      wrong.add(bytes);
    }
    for (var bytes : wrong) {
      try (var socket = connect("?command=cat")) {
        head(socket);
        started();
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        var rest = socket.getInputStream().readAllBytes(); // Ends, as the server closes.
        assertThat(rest.length).isLessThan(1000);
      } catch (java.net.SocketException reset) {
        assertThat(reset).hasMessageContaining("reset");
      }
    }
    assertThat(gateway.get("/healthz").statusCode()).isEqualTo(200);
    try (var exec = exec("ls")) {
      started().listener.onExit(0);
      assertThat(exec.follow((error, part) -> {}).code()).hasValue(0);
    }
  }

  @Test
  void messages_on_channels_that_are_nobodys_are_left_alone() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    try (var socket = connect("?command=cat&tty=true")) {
      head(socket);
      var running = started();
      var out = socket.getOutputStream();
      for (int channel = 1; channel < 256; channel++) {
        var payload = new byte[random.nextInt(1, 125)];
        random.nextBytes(payload);
        payload[0] = (byte) channel;
        out.write(frame(0x82, payload));
      }
      out.write(frame(0x82, new byte[] {(byte) 255, 0}));

      assertThat(happened(running)).isEqualTo("end");
      assertThat(running.input()).isEmpty();
    }
  }
}
