package dev.regrow.gateway.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import dev.regrow.runtime.Exec.Window;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The first byte of each message, as in v5.channel.k8s.io: whose bytes follow. Pure. */
enum ExecChannel {
  STDIN(0),
  STDOUT(1),
  STDERR(2),

  /** How it ended: a Status in JSON. */
  ERROR(3),

  /** The terminal's size, as {@code {"Width":80,"Height":24}}. */
  RESIZE(4),

  /** The number of a channel on which no more comes. */
  CLOSE(255);

  /** What this and all later releases speak. */
  static final String PROTOCOL = "v5.channel.k8s.io";

  private static final JsonFactory JSON = new JsonFactory();
  private static final int SIDE_MAX = 65_535;

  private final int number;

  ExecChannel(int number) {
    this.number = number;
  }

  /** Null: none that is known. */
  static @Nullable ExecChannel of(byte first) {
    for (var channel : values()) {
      if (channel.number == (first & 0xff)) {
        return channel;
      }
    }
    return null;
  }

  byte[] message(byte[] bytes) {
    var message = new byte[bytes.length + 1];
    message[0] = (byte) number;
    System.arraycopy(bytes, 0, message, 1, bytes.length);
    return message;
  }

  /** Empty: it is no size. */
  static Optional<Window> window(byte[] json) {
    int width = -1;
    int height = -1;
    try (var parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        int value = parser.nextIntValue(-1);
        if (name.equals("Width")) {
          width = value;
        } else if (name.equals("Height")) {
          height = value;
        }
      }
    } catch (IOException malformed) {
      return Optional.empty();
    }
    return width < 0 || height < 0 || width > SIDE_MAX || height > SIDE_MAX
        ? Optional.empty()
        : Optional.of(new Window(height, width));
  }
}
