package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Answers as they go over the wire: RFC 9112. */
final class AnswerBytes {

  /** Small bodies are copied behind their heads, so that both are one write. */
  private static final int COPIED_MAX = 64 << 10;

  private static final int HEAD_BYTES = 512;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final byte[] LINE_END = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

  private static volatile Stamp stamp = new Stamp(0, "");

  private record Stamp(long second, String text) {}

  /**
   * How the connection wants it.
   *
   * @param last whether the connection ends with it
   * @param withoutBody whether HEAD was asked
   * @param old whether the client knows HTTP/1.0 only
   */
  record Manner(boolean last, boolean withoutBody, boolean old) {}

  private AnswerBytes() {}

  /** Of an answer that is known as a whole. */
  static ByteBuf whole(ByteBufAllocator memory, Answer answer, Manner manner) {
    var whole = answer.content() instanceof Answer.Whole content ? content : null;
    int length = whole == null ? 0 : whole.bytes().length;
    int copied = manner.withoutBody() || length > COPIED_MAX ? 0 : length;
    var out = memory.ioBuffer(HEAD_BYTES + copied);
    begin(out, answer, manner, whole == null ? null : whole.mediaType());
    if (answer.status() != 204) {
      ascii(out, "Content-Length: ").writeCharSequence(String.valueOf(length), ASCII);
      out.writeBytes(LINE_END);
    }
    out.writeBytes(LINE_END);
    if (whole == null || manner.withoutBody()) {
      return out;
    }
    return copied == length
        ? out.writeBytes(whole.bytes())
        : Unpooled.wrappedBuffer(out, Unpooled.wrappedBuffer(whole.bytes()));
  }

  /** The head of one whose body is still to come. */
  static ByteBuf head(ByteBufAllocator memory, Answer answer, Answer.Open content, Manner manner) {
    var out = memory.ioBuffer(HEAD_BYTES);
    begin(out, answer, manner, content.mediaType());
    if (!manner.old()) {
      ascii(out, "Transfer-Encoding: chunked\r\n");
    }
    return out.writeBytes(LINE_END);
  }

  /** The head of one after which the connection speaks otherwise. */
  static ByteBuf switching(ByteBufAllocator memory, Answer answer) {
    var out = memory.ioBuffer(HEAD_BYTES);
    begin(out, answer, new Manner(false, false, false), null);
    return out.writeBytes(LINE_END);
  }

  /** A part of such a body; not empty, as that would end it. */
  static ByteBuf part(ByteBufAllocator memory, byte[] bytes, boolean old) {
    var out = memory.ioBuffer(bytes.length + 12);
    if (!old) {
      ascii(out, Integer.toHexString(bytes.length)).writeBytes(LINE_END);
    }
    out.writeBytes(bytes);
    return old ? out : out.writeBytes(LINE_END);
  }

  static ByteBuf end() {
    return Unpooled.wrappedBuffer(LAST_CHUNK);
  }

  /** What a client waits for that has asked whether to send the body. */
  static ByteBuf goOn() {
    return Unpooled.copiedBuffer("HTTP/1.1 100 Continue\r\n\r\n", ASCII);
  }

  private static void begin(ByteBuf out, Answer answer, Manner manner, @Nullable String mediaType) {
    ascii(out, "HTTP/1.1 ");
    ascii(out, HttpResponseStatus.valueOf(answer.status()).toString());
    ascii(out, "\r\nServer: regrow\r\nDate: ");
    ascii(out, now()).writeBytes(LINE_END);
    if (mediaType != null) {
      header(out, "Content-Type", mediaType);
    }
    for (var header : answer.headers()) {
      header(out, header.name(), header.value());
    }
    if (manner.last()) {
      header(out, "Connection", "close");
    } else if (manner.old()) {
      header(out, "Connection", "keep-alive");
    }
  }

  private static void header(ByteBuf out, String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 || c > 0x7e) {
        throw new IllegalArgumentException(
            "the header %s cannot have the character U+%04X".formatted(name, (int) c));
      }
    }
    ascii(out, name);
    ascii(out, ": ");
    ascii(out, value).writeBytes(LINE_END);
  }

  private static final java.nio.charset.Charset ASCII = StandardCharsets.US_ASCII;

  private static ByteBuf ascii(ByteBuf out, String text) {
    out.writeCharSequence(text, ASCII);
    return out;
  }

  private static String now() {
    long second = System.currentTimeMillis() / 1000;
    var last = stamp;
    if (last.second() != second) {
      last = new Stamp(second, DATE.format(Instant.ofEpochSecond(second)));
      stamp = last;
    }
    return last.text();
  }
}
