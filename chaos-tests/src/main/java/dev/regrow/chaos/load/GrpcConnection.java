package dev.regrow.chaos.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Unary gRPC calls over HTTP/2 (RFC 9113), several at a time: just what etcd's Put needs. A call is
 * good when a message came before its trailers.
 */
final class GrpcConnection extends Connection {

  private static final int HEAD_BYTES = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RESET = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int WINDOW_AT_FIRST = 65_535;
  private static final int WINDOW_WIDE = 1 << 30;
  private static final int GRPC_PREFIX_BYTES = 5;

  private final Request message;
  private final int slots;
  private final byte[] headers;
  private final Map<Integer, Call> calls = new HashMap<>();
  private int nextStream = 1;
  private long window = WINDOW_AT_FIRST;

  private static final class Call {
    private final long sentAt;
    private boolean answered;

    private Call(long sentAt) {
      this.sentAt = sentAt;
    }
  }

  GrpcConnection(String endpoint, String path, Request message, int slots) throws IOException {
    super(endpoint, (slots + 16) * (message.length() + 256));
    this.message = message;
    this.slots = slots;
    this.headers = headers(path, endpoint);
    put("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    // No dynamic table, nothing pushed, a wide window for answers.
    byte[] settings = {0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 4, 0x40, 0, 0, 0};
    frame(SETTINGS, 0, 0, settings);
    frame(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(WINDOW_WIDE).array());
  }

  /** HPACK (RFC 7541): static entries and literals, the same for every call. */
  private static byte[] headers(String path, String authority) {
    var block = new ByteArrayOutputStream();
    block.write(0x83); // :method POST
    block.write(0x86); // :scheme http
    literal(block, 4, path);
    literal(block, 1, authority);
    block.write(0x0f); // content-type is entry 31: 15 and 16.
    block.write(0x10);
    text(block, "application/grpc");
    block.write(0);
    text(block, "te");
    text(block, "trailers");
    return block.toByteArray();
  }

  private static void literal(ByteArrayOutputStream block, int name, String value) {
    block.write(name);
    text(block, value);
  }

  private static void text(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void frame(int type, int flags, int stream, byte[] content) {
    head(content.length, type, flags, stream);
    put(content);
  }

  private void head(int length, int type, int flags, int stream) {
    var head = ByteBuffer.allocate(HEAD_BYTES);
    head.putInt(length << 8 | type).put((byte) flags).putInt(stream);
    put(head.array());
  }

  private int dataBytes() {
    return GRPC_PREFIX_BYTES + message.length();
  }

  @Override
  boolean hasRoom() {
    return calls.size() < slots && window >= dataBytes();
  }

  @Override
  void send(Writes.Write write, long nowNanos) throws IOException {
    int stream = nextStream;
    nextStream += 2;
    frame(HEADERS, END_HEADERS, stream, headers);
    head(dataBytes(), DATA, END_STREAM, stream);
    byte[] content = message.bytes(write);
    put(ByteBuffer.allocate(GRPC_PREFIX_BYTES).put((byte) 0).putInt(content.length).array());
    put(content);
    window -= dataBytes();
    calls.put(stream, new Call(nowNanos));
    flush();
  }

  @Override
  void take(ByteBuffer bytes, Answers answers) throws IOException {
    while (bytes.remaining() >= HEAD_BYTES) {
      int at = bytes.position();
      int length = bytes.getInt(at) >>> 8;
      if (bytes.remaining() < HEAD_BYTES + length) {
        return;
      }
      var content = bytes.slice(at + HEAD_BYTES, length);
      frame(bytes.get(at + 3), bytes.get(at + 4), bytes.getInt(at + 5), content, answers);
      bytes.position(at + HEAD_BYTES + length);
    }
  }

  private void frame(int type, int flags, int stream, ByteBuffer content, Answers answers)
      throws IOException {
    Call call = calls.get(stream);
    if (type == DATA && call != null) {
      call.answered = content.hasRemaining();
    } else if (type == WINDOW_UPDATE && stream == 0) {
      window += content.getInt(0);
    } else if (type == SETTINGS && (flags & ACK) == 0) {
      frame(SETTINGS, ACK, 0, new byte[0]);
    } else if (type == PING && (flags & ACK) == 0) {
      var echo = new byte[content.remaining()];
      content.get(echo);
      frame(PING, ACK, 0, echo);
    } else if (type == GO_AWAY) {
      throw new IOException("the server closed a connection");
    }
    boolean ends =
        type == RESET || ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0);
    if (ends && call != null) {
      calls.remove(stream);
      answers.answered(call.sentAt, call.answered && type != RESET);
    }
  }
}
