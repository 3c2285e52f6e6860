package dev.regrow.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The three ways in which HTTP/1.1 says where a body ends. */
final class Bodies {
  private Bodies() {}

  /** A body that calls {@code atEnd} once when it has been read completely. */
  abstract static class Counted extends InputStream {
    private final InputStream in;
    private final Runnable atEnd;
    private boolean ended;

    Counted(InputStream in, Runnable atEnd) {
      this.in = in;
      this.atEnd = atEnd;
    }

    /** How many bytes may be read now, at most; 0: the end. */
    abstract long available(InputStream in) throws IOException;

    abstract void taken(int count);

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) == -1 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (ended || length == 0) {
        return ended ? -1 : 0;
      }
      long allowed = available(in);
      if (allowed == 0) {
        ended = true;
        atEnd.run();
        return -1;
      }
      int count = in.read(into, offset, (int) Math.min(length, allowed));
      if (count == -1) {
        throw new EOFException("the connection broke off in the middle of the answer");
      }
      taken(count);
      return count;
    }
  }

  static InputStream ofLength(InputStream in, long length, Runnable atEnd) {
    return new Counted(in, atEnd) {
      private long left = length;

      @Override
      long available(InputStream source) {
        return left;
      }

      @Override
      void taken(int count) {
        left -= count;
      }
    };
  }

  static InputStream chunked(InputStream in, Runnable atEnd) {
    return new Counted(in, atEnd) {
      private long left;
      private boolean first = true;

      @Override
      long available(InputStream source) throws IOException {
        if (left == 0) {
          if (!first) {
            HeadReader.line(source);
          }
          first = false;
          left = chunkSize(HeadReader.line(source));
          if (left == 0) {
            skipTrailers(source);
          }
        }
        return left;
      }

      @Override
      void taken(int count) {
        left -= count;
      }
    };
  }

  private static long chunkSize(String line) throws IOException {
    int end = line.indexOf(';');
    var digits = (end < 0 ? line : line.substring(0, end)).strip();
    try {
      return Long.parseLong(digits, 16);
    } catch (NumberFormatException e) {
      throw new IOException("the answer is not HTTP: a chunk of size \"" + digits + "\"", e);
    }
  }

  private static void skipTrailers(InputStream in) throws IOException {
    for (var line = HeadReader.line(in); !line.isEmpty(); line = HeadReader.line(in)) {
      // Trailers say nothing that we use.
    }
  }
}
