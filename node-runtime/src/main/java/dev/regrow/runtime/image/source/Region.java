package dev.regrow.runtime.image.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A part of a file.
 *
 * @param proved whether its digest was checked already
 */
public record Region(Path file, long offset, long size, boolean proved) {

  /** Its bytes; ends early if the file does. */
  public InputStream open() throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.READ);
    return new Bytes(channel, offset, offset + size);
  }

  /** All of it. */
  byte[] bytes(long max) throws IOException {
    if (size > max) {
      throw new IOException(file + ": " + size + " bytes where at most " + max + " are expected");
    }
    try (var in = open()) {
      return in.readAllBytes();
    }
  }

  /** Reads by place, so that many may read one archive. */
  private static final class Bytes extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long at;

    Bytes(FileChannel channel, long from, long end) {
      this.channel = channel;
      this.at = from;
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (at >= end) {
        return -1;
      }
      int wanted = (int) Math.min(length, end - at);
      int got = channel.read(ByteBuffer.wrap(buffer, offset, wanted), at);
      at += Math.max(0, got);
      return got;
    }

    @Override
    public int available() throws IOException {
      return (int) Math.min(Integer.MAX_VALUE, Math.min(end, channel.size()) - at);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
