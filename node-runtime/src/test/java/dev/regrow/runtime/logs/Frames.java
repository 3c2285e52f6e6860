package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Writes frames as a shim does (docs/shim-protocol.md), independently of what reads them. */
final class Frames {

  private Frames() {}

  static byte[] frame(Stream stream, Instant time, long dropped, byte[] bytes) {
    return ByteBuffer.allocate(20 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0xA7)
        .put((byte) 1)
        .put((byte) (stream == Stream.STDOUT ? 1 : 2))
        .put((byte) 0)
        .putInt(bytes.length)
        .putLong(time.getEpochSecond() * 1_000_000_000L + time.getNano())
        .putInt((int) dropped)
        .put(bytes)
        .array();
  }

  static byte[] out(String text) {
    return at(Instant.EPOCH, text);
  }

  static byte[] at(Instant time, String text) {
    return frame(Stream.STDOUT, time, 0, text.getBytes(StandardCharsets.UTF_8));
  }
}
