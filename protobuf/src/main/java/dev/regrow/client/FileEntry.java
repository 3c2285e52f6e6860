package dev.regrow.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One entry of a copy of files, as instances give and take them: docs/shim-protocol.md. The bytes
 * of a file, and where a link leads, follow in chunks.
 *
 * @param name a single one, never a path
 * @param mode permissions, 0..0777
 * @param time of the last change, in seconds
 */
public record FileEntry(Type type, String name, int mode, long time) {

  /** What it is. */
  public enum Type {
    DIRECTORY(1),
    FILE(2),
    LINK(3),
    /** The directory that was entered last is complete. */
    LEAVE(4),
    /** All of it is. */
    DONE(5),
    /** What cannot be copied: a device, a socket, or what its user may not read. */
    LEFT_OUT(6);

    private final byte number;

    Type(int number) {
      this.number = (byte) number;
    }

    private static Type of(byte number) throws IOException {
      for (var type : values()) {
        if (type.number == number) {
          return type;
        }
      }
      throw new IOException("the copy is no copy");
    }
  }

  static final int CHUNK_MAX = 32_768;
  private static final int HEAD_BYTES = 16;
  private static final int NAME_MAX = 4096;
  private static final int MODE_BITS = 0777;

  public void write(OutputStream out) throws IOException {
    var text = name.getBytes(StandardCharsets.UTF_8);
    var head = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    head.put(type.number).put((byte) 0).putShort((short) text.length);
    head.putInt(mode & MODE_BITS).putLong(time);
    out.write(head.array());
    out.write(text);
  }

  /**
   * @throws IOException if this is none, or it was cut off
   */
  public static FileEntry read(InputStream in) throws IOException {
    var head = ByteBuffer.wrap(exactly(in, HEAD_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    var type = Type.of(head.get());
    head.get();
    int length = head.getShort() & 0xffff;
    if (length > NAME_MAX) {
      throw new IOException("the copy is no copy");
    }
    int mode = head.getInt() & MODE_BITS;
    long time = head.getLong();
    var name = new String(exactly(in, length), StandardCharsets.UTF_8);
    return new FileEntry(type, name, mode, time);
  }

  /** A chunk of the bytes that follow; an empty one ends those of a file. */
  public static void writeChunk(OutputStream out, byte[] bytes, int length) throws IOException {
    out.write(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array());
    out.write(bytes, 0, length);
  }

  public static byte[] readChunk(InputStream in) throws IOException {
    int length =
        ByteBuffer.wrap(exactly(in, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (length < 0 || length > CHUNK_MAX) {
      throw new IOException("the copy is no copy");
    }
    return exactly(in, length);
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the copy was cut off");
    }
    return bytes;
  }
}
