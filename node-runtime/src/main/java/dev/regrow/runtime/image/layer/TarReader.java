package dev.regrow.runtime.image.layer;

import dev.regrow.runtime.image.BadImage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive, entry by entry, in memory that does not depend on what the archive says. Names
 * and extended headers have bounds; what it does not know it refuses. Not thread-safe.
 */
public final class TarReader {

  private static final int NAME_MAX = 4096;
  private static final int PAX_MAX = 1 << 20;

  private final InputStream in;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private long contentLeft;
  private long padding;
  private long position;

  /**
   * @param in is not closed
   */
  public TarReader(InputStream in) {
    this.in = in;
  }

  /** How many bytes of the archive were read: where the content of the entry begins. */
  public long position() {
    return position;
  }

  /** The next entry; what is left of the last one's content is skipped. Empty at the end. */
  public Optional<TarEntry> next() throws IOException {
    byte[] longName = null;
    byte[] longLink = null;
    PaxRecords pax = new PaxRecords();
    while (true) {
      skipContent();
      var header = header();
      if (header == null) {
        return Optional.empty();
      }
      contentLeft = header.size();
      padding = padding(contentLeft);
      switch (header.type()) {
        case 'L' -> longName = withoutNul(content(NAME_MAX, "name"));
        case 'K' -> longLink = withoutNul(content(NAME_MAX, "link"));
        case 'x' -> pax = PaxRecords.parse(content(PAX_MAX, "pax header"));
        case 'g' -> content(PAX_MAX, "pax header"); // Comments; nothing that we go by.
        case 'V' -> {} // GNU's name of a volume.
        default -> {
          return Optional.of(entry(header, pax, longName, longLink));
        }
      }
    }
  }

  private TarEntry entry(
      TarHeader header, PaxRecords pax, byte @Nullable [] longName, byte @Nullable [] longLink) {
    var name = firstOf(pax.bytes("path"), longName, header.name());
    var type = type(header.type(), name);
    boolean link = type == TarEntry.Type.SYMLINK || type == TarEntry.Type.HARD_LINK;
    boolean device = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
    // Only files have content; some tars give the size of a link's target all the same.
    long size = type == TarEntry.Type.FILE ? pax.number("size", header.size()) : 0;
    contentLeft = size;
    padding = padding(size);
    return new TarEntry(
        type,
        name,
        link ? firstOf(pax.bytes("linkpath"), longLink, header.link()) : new byte[0],
        size,
        header.mode(),
        pax.number("uid", header.uid()),
        pax.number("gid", header.gid()),
        device ? device(header) : 0,
        pax.number("mtime", header.mtime()));
  }

  private static int device(TarHeader header) {
    long major = header.major();
    long minor = header.minor();
    return major > 255 || minor > 255 ? -1 : (int) (major << 8 | minor);
  }

  private static byte[] firstOf(byte @Nullable [] pax, byte @Nullable [] gnu, byte[] header) {
    return pax != null ? pax : gnu != null ? gnu : header;
  }

  private static TarEntry.Type type(char type, byte[] name) {
    return switch (type) {
      case '0', 0, '7' ->
          name.length > 0 && name[name.length - 1] == '/'
              ? TarEntry.Type.DIRECTORY
              : TarEntry.Type.FILE;
      case '1' -> TarEntry.Type.HARD_LINK;
      case '2' -> TarEntry.Type.SYMLINK;
      case '3' -> TarEntry.Type.CHARACTER_DEVICE;
      case '4' -> TarEntry.Type.BLOCK_DEVICE;
      case '5' -> TarEntry.Type.DIRECTORY;
      case '6' -> TarEntry.Type.FIFO;
      case 'S' ->
          throw new BadImage("the layer has a sparse file; write it without tar's --sparse");
      default -> throw new BadImage("the layer has an entry of unknown type " + (int) type);
    };
  }

  /**
   * Content of the current entry.
   *
   * @return how many bytes; -1 at its end
   */
  public int read(byte[] buffer) throws IOException {
    if (contentLeft == 0) {
      return -1;
    }
    int count = in.read(buffer, 0, (int) Math.min(buffer.length, contentLeft));
    if (count < 0) {
      throw cutOff();
    }
    contentLeft -= count;
    position += count;
    return count;
  }

  /** All content of the current entry. */
  public byte[] content(int bytesMax, String what) throws IOException {
    if (contentLeft > bytesMax) {
      throw new BadImage("a " + what + " has " + contentLeft + " bytes; at most " + bytesMax);
    }
    var bytes = new byte[(int) contentLeft];
    fill(bytes);
    contentLeft = 0;
    return bytes;
  }

  private @Nullable TarHeader header() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null; // Some tars leave the two blocks of zeros out.
    }
    block[0] = (byte) first;
    position++;
    var rest = new byte[TarHeader.BLOCK - 1];
    fill(rest);
    System.arraycopy(rest, 0, block, 1, rest.length);
    return TarHeader.isZero(block) ? null : TarHeader.of(block);
  }

  private void skipContent() throws IOException {
    try {
      in.skipNBytes(contentLeft);
    } catch (EOFException e) {
      throw cutOff();
    }
    position += contentLeft;
    contentLeft = 0;
    // `umoci insert` ends an archive with the last byte of its last file, and others take it so.
    position += in.readNBytes(new byte[TarHeader.BLOCK], 0, (int) padding);
    padding = 0;
  }

  private void fill(byte[] bytes) throws IOException {
    int count = in.readNBytes(bytes, 0, bytes.length);
    position += count;
    if (count < bytes.length) {
      throw cutOff();
    }
  }

  private static long padding(long size) {
    return -size & TarHeader.BLOCK - 1;
  }

  private static byte[] withoutNul(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return Arrays.copyOf(bytes, end);
  }

  private static BadImage cutOff() {
    return new BadImage("the archive is cut off");
  }
}
