package dev.regrow.runtime.image.layer;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Digest;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The archive inside of a layer: decompressed, hashed, and bounded. Which compression it is, its
 * first bytes tell; media types are often wrong. Not thread-safe.
 */
final class UnpackedBytes extends InputStream {

  private static final int BUFFER = 1 << 16;

  private final InputStream in;
  private final Counted compressed;
  private final Bounds bounds;
  private final MessageDigest hasher = Digest.hasher();
  private long count;

  UnpackedBytes(InputStream raw, Bounds bounds) throws IOException {
    this.compressed = new Counted(raw);
    this.bounds = bounds;
    this.in = decompressed(new BufferedInputStream(compressed, BUFFER), bounds);
  }

  private static InputStream decompressed(BufferedInputStream in, Bounds bounds)
      throws IOException {
    in.mark(4);
    var magic = in.readNBytes(4);
    in.reset();
    if (starts(magic, 0x1F, 0x8B)) {
      try {
        return new GZIPInputStream(in, BUFFER);
      } catch (ZipException | EOFException e) {
        throw new BadImage("the layer's gzip is broken: " + e.getMessage(), e);
      }
    }
    if (starts(magic, 0x28, 0xB5, 0x2F, 0xFD)) {
      var zstd = new ZstdInputStreamNoFinalizer(in);
      zstd.setLongMax(bounds.windowLog());
      return zstd;
    }
    if (starts(magic, 'B', 'Z', 'h') || starts(magic, 0xFD, '7', 'z', 'X')) {
      throw new BadImage("the layer is compressed by neither gzip nor zstd");
    }
    return in;
  }

  private static boolean starts(byte[] bytes, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (bytes.length <= i || (bytes[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int got;
    try {
      got = in.read(buffer, offset, length);
    } catch (ZipException | EOFException e) {
      throw new BadImage("the layer's gzip is broken: " + e.getMessage(), e);
    } catch (com.github.luben.zstd.ZstdIOException e) {
      throw new BadImage("the layer's zstd is broken: " + e.getMessage(), e);
    }
    if (got > 0) {
      hasher.update(buffer, offset, got);
      count += got;
      check();
    }
    return got;
  }

  private void check() {
    if (count > bounds.bytes()) {
      throw new BadImage("the layer unpacks to more than " + bounds.bytes() + " bytes");
    }
    if (count > bounds.freeBytes()
        && (count - bounds.freeBytes()) / bounds.ratio() > compressed.count) {
      throw new BadImage(
          "the layer is a decompression bomb: %d bytes unpack to more than %d"
              .formatted(compressed.count, count));
    }
  }

  /** Bytes so far. */
  long count() {
    return count;
  }

  /** Of all that was read. */
  Digest digest() {
    return Digest.of(hasher);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Counts what goes through. */
  private static final class Counted extends InputStream {
    private final InputStream in;
    private long count;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int got = in.read(buffer, offset, length);
      count += Math.max(0, got);
      return got;
    }

    /** The JDK asks it to learn whether another gzip member follows. */
    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
