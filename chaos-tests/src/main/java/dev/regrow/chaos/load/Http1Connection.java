package dev.regrow.chaos.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** HTTP/1.1, one request at a time, kept alive. */
final class Http1Connection extends Connection {

  private static final byte[] LENGTH = "\r\ncontent-length: ".getBytes(StandardCharsets.ISO_8859_1);
  private static final int OUT_BYTES = 16 << 10;
  private static final int STATUS_AT = 9;
  private static final int END_OF_HEAD = 0x0d0a0d0a;

  private final Request request;
  private boolean busy;
  private long sentAt;

  Http1Connection(String endpoint, Request request) throws IOException {
    super(endpoint, OUT_BYTES);
    this.request = request;
  }

  @Override
  boolean hasRoom() {
    return !busy;
  }

  @Override
  void send(Writes.Write write, long nowNanos) throws IOException {
    put(request.bytes(write));
    busy = true;
    sentAt = nowNanos;
    flush();
  }

  @Override
  void take(ByteBuffer bytes, Answers answers) throws IOException {
    int end = endOfHead(bytes);
    if (end < 0) {
      return;
    }
    int length = contentLength(bytes, end);
    if (bytes.limit() - end < length) {
      return;
    }
    boolean good = bytes.get(bytes.position() + STATUS_AT) == '2';
    bytes.position(end + length);
    busy = false;
    answers.answered(sentAt, good);
  }

  private static int endOfHead(ByteBuffer bytes) {
    for (int i = bytes.position(); i + 4 <= bytes.limit(); i++) {
      if (bytes.getInt(i) == END_OF_HEAD) {
        return i + 4;
      }
    }
    return -1;
  }

  private static int contentLength(ByteBuffer bytes, int end) throws IOException {
    for (int i = bytes.position(); i + LENGTH.length < end; i++) {
      if (matches(bytes, i)) {
        int length = 0;
        for (int at = i + LENGTH.length; bytes.get(at) != '\r'; at++) {
          length = length * 10 + (bytes.get(at) - '0');
        }
        return length;
      }
    }
    throw new IOException("an answer without a Content-Length cannot be measured");
  }

  private static boolean matches(ByteBuffer bytes, int at) {
    for (int i = 0; i < LENGTH.length; i++) {
      int seen = bytes.get(at + i);
      int lower = seen >= 'A' && seen <= 'Z' ? seen + ('a' - 'A') : seen;
      if (lower != LENGTH[i]) {
        return false;
      }
    }
    return true;
  }
}
