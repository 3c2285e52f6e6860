package dev.regrow.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Frames of RFC 6455, 5.2, as a client writes and reads them. Holds no state. */
final class WebSocketFrames {

  static final int CONTINUATION = 0;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  /** A server of ours sends less. */
  static final int PAYLOAD_MAX = 1 << 20;

  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int SHORT_MAX = 125;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;
  private static final int HEAD_MAX = 14;
  private static final int CONTROL = 8;

  private WebSocketFrames() {}

  /** One frame that came. */
  record Frame(boolean last, int opcode, byte[] payload) {}

  /**
   * A whole message as one frame.
   *
   * @param mask 4 bytes that nobody could foresee
   */
  static byte[] encode(int opcode, byte[] payload, int mask) {
    var out = ByteBuffer.allocate(HEAD_MAX + payload.length).put((byte) (FINAL | opcode));
    if (payload.length <= SHORT_MAX) {
      out.put((byte) (MASKED | payload.length));
    } else if (payload.length <= 0xffff) {
      out.put((byte) (MASKED | TWO_BYTES)).putShort((short) payload.length);
    } else {
      out.put((byte) (MASKED | EIGHT_BYTES)).putLong(payload.length);
    }
    out.putInt(mask);
    for (int i = 0; i < payload.length; i++) {
      out.put((byte) (payload[i] ^ (mask >>> (24 - 8 * (i & 3)))));
    }
    var bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  /**
   * @throws EOFException if the connection broke off
   * @throws IOException if this is no frame of a server's, or too long
   */
  static Frame read(InputStream in) throws IOException {
    int first = one(in);
    int second = one(in);
    int opcode = first & 0xf;
    if ((first & 0x70) != 0 || (second & MASKED) != 0) {
      throw new IOException("this is no frame of a WebSocket");
    }
    long length = second & 0x7f;
    if (opcode >= CONTROL && ((first & FINAL) == 0 || length > SHORT_MAX)) {
      throw new IOException("this is no control frame of a WebSocket");
    }
    if (length == TWO_BYTES) {
      length = number(in, Short.BYTES);
    } else if (length == EIGHT_BYTES) {
      length = number(in, Long.BYTES);
    }
    if (length < 0 || length > PAYLOAD_MAX) {
      throw new IOException("a frame of a WebSocket is too long: " + length + " bytes");
    }
    var payload = in.readNBytes((int) length);
    if (payload.length < length) {
      throw new EOFException("the connection broke off");
    }
    return new Frame((first & FINAL) != 0, opcode, payload);
  }

  private static long number(InputStream in, int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number = (number << 8) | one(in);
    }
    return number;
  }

  private static int one(InputStream in) throws IOException {
    int value = in.read();
    if (value < 0) {
      throw new EOFException("the connection broke off");
    }
    return value;
  }
}
