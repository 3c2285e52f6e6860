package dev.regrow.gateway.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What goes back.
 *
 * @param index how new it is, for the handler's own use; 0: unknown
 */
public record Answer(int status, List<Header> headers, Content content, long index) {

  /** One line of the head. Name and value are ASCII without line breaks. */
  public record Header(String name, String value) {}

  /** What follows the head. */
  public sealed interface Content {}

  /** Nothing. */
  public record Nothing() implements Content {}

  /** All of it at once; the bytes are not copied and must not change. */
  public record Whole(String mediaType, byte[] bytes) implements Content {}

  /**
   * As it comes.
   *
   * @param whileSilent sent at the beginning, and whenever nothing else was for {@link #SILENCE};
   *     empty: nothing
   * @param life after this it is broken off, if it has not ended; empty: it may go on
   */
  public record Open(
      String mediaType, ByteStream bytes, byte[] whileSilent, Optional<Duration> life)
      implements Content {

    /** So that both ends notice a dead peer. */
    public static final Duration SILENCE = Duration.ofSeconds(15);
  }

  /**
   * The connection is theirs from now on, in both directions: 101.
   *
   * @param framed whether messages go in frames of a WebSocket (RFC 6455); else bytes as they come
   * @param life after this it is broken off; empty: it may go on
   */
  public record Switched(Dialogue dialogue, boolean framed, Optional<Duration> life)
      implements Content {}

  public Answer {
    headers = List.copyOf(headers);
  }

  public static Answer empty(int status) {
    return new Answer(status, List.of(), new Nothing(), 0);
  }

  public static Answer of(int status, Content content) {
    return new Answer(status, List.of(), content, 0);
  }

  public Answer with(String name, String value) {
    var more = new ArrayList<Header>(headers.size() + 1);
    more.addAll(headers);
    more.add(new Header(name, value));
    return new Answer(status, more, content, index);
  }

  /** Nobody is going to read it. */
  public void abandon() {
    if (content instanceof Open open) {
      open.bytes().close();
    } else if (content instanceof Switched switched) {
      switched.dialogue().close();
    }
  }

  public Answer with(Content other) {
    return new Answer(status, headers, other, index);
  }

  public Answer at(long newIndex) {
    return new Answer(status, headers, content, newIndex);
  }
}
