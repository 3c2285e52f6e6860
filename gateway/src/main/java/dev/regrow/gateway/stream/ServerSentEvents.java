package dev.regrow.gateway.stream;

import java.nio.charset.StandardCharsets;

/** The text/event-stream of the HTML standard. */
public final class ServerSentEvents {

  private static final String COMMENT = ": still here\n\n";

  private ServerSentEvents() {}

  /**
   * One event.
   *
   * @param id where to resume; "" to leave the client's last one as it is
   * @param data one line of JSON
   */
  public static byte[] event(String id, String name, String data) {
    var text = new StringBuilder(data.length() + 48);
    if (!id.isEmpty()) {
      text.append("id: ").append(id).append('\n');
    }
    text.append("event: ").append(name).append('\n');
    data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
    return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Says nothing: for the beginning, so that the client's headers arrive, and for silences. */
  public static byte[] comment() {
    return COMMENT.getBytes(StandardCharsets.UTF_8);
  }
}
