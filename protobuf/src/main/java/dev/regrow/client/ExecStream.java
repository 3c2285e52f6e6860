package dev.regrow.client;

import dev.regrow.client.http.WebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One command in an instance: what it writes, what it reads, and how it ended. */
public final class ExecStream implements AutoCloseable {

  static final String PROTOCOL = "v5.channel.k8s.io";

  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int STATUS = 3;
  private static final int RESIZE = 4;
  private static final int CLOSE = 255;

  private final WebSocket socket;

  ExecStream(WebSocket socket) {
    this.socket = socket;
  }

  /** Where the command writes to. */
  public interface Output {
    void take(boolean error, byte[] bytes) throws IOException;
  }

  /**
   * How it ended.
   *
   * @param code what it exited with; empty: it never ran, or nobody knows
   * @param reason "" if it exited by itself with 0
   * @param message for people
   */
  public record End(OptionalInt code, String reason, String message) {
    /** It could not even begin. */
    public boolean neverRan() {
      return code.isEmpty() || reason.equals("CannotRun");
    }
  }

  /**
   * Hands on what the command writes, until it has ended.
   *
   * @throws IOException if the connection broke off: the command is killed then
   */
  public End follow(Output output) throws IOException {
    @Nullable End end = null;
    for (var message = socket.receive(); message != null; message = socket.receive()) {
      if (message.length < 1) {
        continue;
      }
      var bytes = Arrays.copyOfRange(message, 1, message.length);
      switch (message[0]) {
        case STDOUT, STDERR -> output.take(message[0] == STDERR, bytes);
        case STATUS -> end = end(new String(bytes, StandardCharsets.UTF_8));
        default -> {} // Of a later release.
      }
    }
    if (end == null) {
      throw new IOException("the connection ended without a word on how the command did");
    }
    return end;
  }

  private static End end(String status) throws IOException {
    var tree = Json.read(status);
    if (Json.text(tree, "status").equals("Success")) {
      return new End(OptionalInt.of(0), "", "");
    }
    var code = OptionalInt.empty();
    for (var cause : Json.list(Json.member(tree, "details"), "causes")) {
      if (Json.text(cause, "reason").equals("ExitCode")) {
        code = number(Json.text(cause, "message"));
      }
    }
    return new End(code, Json.text(tree, "reason"), Json.text(tree, "message"));
  }

  private static OptionalInt number(String text) {
    return text.matches("\\d{1,3}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
  }

  /** For its standard input; blocks while it takes no more. */
  public void input(byte[] bytes, int length) throws IOException {
    var message = new byte[length + 1];
    message[0] = STDIN;
    System.arraycopy(bytes, 0, message, 1, length);
    socket.send(message);
  }

  /** No more input comes. */
  public void endInput() throws IOException {
    socket.send(new byte[] {(byte) CLOSE, STDIN});
  }

  public void resize(int rows, int columns) throws IOException {
    var json = "{\"Width\":" + columns + ",\"Height\":" + rows + "}";
    var size = json.getBytes(StandardCharsets.US_ASCII);
    var message = new byte[size.length + 1];
    message[0] = RESIZE;
    System.arraycopy(size, 0, message, 1, size.length);
    socket.send(message);
  }

  /** Kills the command, if it still runs. */
  @Override
  public void close() {
    socket.close();
  }
}
