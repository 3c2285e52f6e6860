package dev.regrow.gateway.stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/** The text/event-stream of the HTML standard. */
public final class ServerSentEvents {

  /** A comment goes out after so long without an event, so that both ends notice a dead peer. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(15);

  private static final ByteString COMMENT = ByteString.fromString(": still here\n\n");

  private ServerSentEvents() {}

  /**
   * One event.
   *
   * @param id where to resume; "" to leave the client's last one as it is
   * @param data one line of JSON
   */
  public static ByteString event(String id, String name, String data) {
    var text = new StringBuilder(data.length() + 48);
    if (!id.isEmpty()) {
      text.append("id: ").append(id).append('\n');
    }
    text.append("event: ").append(name).append('\n');
    data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
    return ByteString.fromString(text.append('\n').toString(), StandardCharsets.UTF_8);
  }

  /** A comment, sent at once so that the client's headers arrive, and whenever nothing else is. */
  public static Flow<ByteString, ByteString, NotUsed> kept() {
    return Flow.of(ByteString.class)
        .prepend(org.apache.pekko.stream.javadsl.Source.single(COMMENT))
        .keepAlive(HEARTBEAT, () -> COMMENT);
  }
}
