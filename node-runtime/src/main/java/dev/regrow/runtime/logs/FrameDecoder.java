package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Stream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Takes frames out of a buffer. What is no frame (a torn write before a crash, a full disk) is
 * skipped up to the next header that could be one; an incomplete frame at the end is left for when
 * more has come.
 */
final class FrameDecoder {

  static final int HEADER = 20;
  static final int MAX_LENGTH = 65_536;

  /** What a buffer must hold, so that any frame fits into it. */
  static final int MIN_CAPACITY = HEADER + MAX_LENGTH;

  private static final byte MAGIC = (byte) 0xA7;
  private static final byte VERSION = 1;

  private FrameDecoder() {}

  /**
   * The next frame; the buffer's position is then behind it.
   *
   * @return null if there is none that is complete; the position is then where to go on once more
   *     bytes have come
   */
  static @Nullable Frame next(ByteBuffer buffer) {
    buffer.order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.remaining() >= HEADER) {
      int at = buffer.position();
      if (!plausible(buffer, at)) {
        buffer.position(at + 1);
        continue;
      }
      int length = buffer.getInt(at + 4);
      if (buffer.remaining() < HEADER + length) {
        return null;
      }
      var bytes = new byte[length];
      buffer.position(at + HEADER);
      buffer.get(bytes);
      return new Frame(
          buffer.get(at + 2) == 1 ? Stream.STDOUT : Stream.STDERR,
          time(buffer.getLong(at + 8)),
          Integer.toUnsignedLong(buffer.getInt(at + 16)),
          bytes);
    }
    return null;
  }

  private static boolean plausible(ByteBuffer buffer, int at) {
    byte stream = buffer.get(at + 2);
    int length = buffer.getInt(at + 4);
    return buffer.get(at) == MAGIC
        && buffer.get(at + 1) == VERSION
        && (stream == 1 || stream == 2)
        && length >= 0
        && length <= MAX_LENGTH;
  }

  private static Instant time(long realtimeNanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(realtimeNanos, 1_000_000_000L), Math.floorMod(realtimeNanos, 1_000_000_000L));
  }
}
