package dev.regrow.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.v1.BackupHeader;
import dev.regrow.v1.StoreSnapshotEntries;
import dev.regrow.v1.StoreSnapshotEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** A backup of what the store holds, as a file. What is damaged or cut off is noticed. */
public final class BackupFile {

  public static final String MEDIA_TYPE = "application/vnd.regrow.backup";

  private static final byte[] MAGIC = "REGROWBK".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT = 1;
  private static final int FRAME_BYTES = 256 << 10;
  private static final int FRAME_BYTES_MAX = 16 << 20;

  private BackupFile() {}

  /** It cannot be used; the message says why. */
  public static final class Unusable extends IOException {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /** Takes what a backup holds, part by part. */
  public interface Reader {
    void header(BackupHeader header) throws IOException;

    void entries(List<StoreSnapshotEntry> entries) throws IOException;
  }

  /**
   * Writes one.
   *
   * @param header its format and number of entries are filled in here
   */
  public static void write(BackupHeader header, List<StoreSnapshotEntry> entries, OutputStream into)
      throws IOException {
    var writer = new Writer(header.toBuilder().setEntries(entries.size()).build(), into);
    for (var entry : entries) {
      writer.add(entry);
    }
    writer.finish();
  }

  /** Writes one entry by entry, so that no more than a part of it is held. */
  public static final class Writer {
    private final DataOutputStream out;
    private final StoreSnapshotEntries.Builder part = StoreSnapshotEntries.newBuilder();
    private int bytes;

    /**
     * @param header with the number of entries that there will be; its format is filled in here
     */
    public Writer(BackupHeader header, OutputStream into) throws IOException {
      out = new DataOutputStream(into);
      out.write(MAGIC);
      frame(header.toBuilder().setFormat(FORMAT).build().toByteArray(), out);
    }

    public void add(StoreSnapshotEntry entry) throws IOException {
      part.addEntries(entry);
      bytes += entry.getSerializedSize();
      if (bytes >= FRAME_BYTES) {
        endPart();
      }
    }

    public void finish() throws IOException {
      if (part.getEntriesCount() > 0) {
        endPart();
      }
      out.flush();
    }

    private void endPart() throws IOException {
      frame(deflated(part.build().toByteArray()), out);
      part.clear();
      bytes = 0;
    }
  }

  /**
   * Reads one to its end.
   *
   * @throws Unusable if it is no backup, of a later release, damaged or cut off
   */
  public static BackupHeader read(InputStream from, Reader reader) throws IOException {
    var parts = new Parts(from);
    reader.header(parts.header());
    for (var part = parts.next(); part != null; part = parts.next()) {
      reader.entries(part);
    }
    return parts.header();
  }

  /** Reads one part by part, for who may not want all of them. */
  public static final class Parts {
    private final DataInputStream in;
    private final BackupHeader header;
    private long read;

    /**
     * @throws Unusable if it is no backup, of a later release, damaged or cut off
     */
    public Parts(InputStream from) throws IOException {
      in = new DataInputStream(from);
      header = whole(() -> headerOf(in));
    }

    public BackupHeader header() {
      return header;
    }

    /**
     * The next; null behind the last.
     *
     * @throws Unusable if it is damaged or cut off
     */
    public @Nullable List<StoreSnapshotEntry> next() throws IOException {
      if (read < header.getEntries()) {
        var part =
            whole(() -> StoreSnapshotEntries.parseFrom(inflated(frame(in))).getEntriesList());
        read += part.size();
        return part;
      }
      if (read != header.getEntries() || in.read() >= 0) {
        throw new Unusable("the backup holds more than it says; it is damaged");
      }
      return null;
    }
  }

  private static BackupHeader headerOf(DataInputStream in) throws IOException {
    byte[] magic = in.readNBytes(MAGIC.length);
    if (!java.util.Arrays.equals(magic, MAGIC)) {
      throw new Unusable("this is no backup of Regrow");
    }
    var header = BackupHeader.parseFrom(frame(in));
    if (header.getFormat() != FORMAT) {
      throw new Unusable(
          "the backup is of format %d (release %s), and this release reads %d; use that release"
              .formatted(header.getFormat(), header.getRelease(), FORMAT));
    }
    return header;
  }

  private interface Read<T> {
    T get() throws IOException, DataFormatException;
  }

  private static <T> T whole(Read<T> read) throws IOException {
    try {
      return read.get();
    } catch (EOFException cut) {
      throw new Unusable("the backup is cut off; copy it again from where it was made");
    } catch (InvalidProtocolBufferException | DataFormatException damaged) {
      throw new Unusable("the backup is damaged: " + damaged.getMessage());
    }
  }

  private static void frame(byte[] content, DataOutputStream out) throws IOException {
    out.writeInt(content.length);
    out.writeInt(checksum(content));
    out.write(content);
  }

  private static byte[] frame(DataInputStream in) throws IOException {
    int length = in.readInt();
    int checksum = in.readInt();
    if (length < 0 || length > FRAME_BYTES_MAX) {
      throw new Unusable("the backup is damaged: no frame has %d bytes".formatted(length));
    }
    byte[] content = in.readNBytes(length);
    if (content.length < length) {
      throw new EOFException();
    }
    if (checksum(content) != checksum) {
      throw new Unusable("the backup is damaged: a checksum is wrong");
    }
    return content;
  }

  private static int checksum(byte[] content) {
    var crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  private static byte[] deflated(byte[] content) {
    var deflater = new Deflater();
    try {
      deflater.setInput(content);
      deflater.finish();
      var out = new ByteArrayOutputStream();
      var buffer = new byte[8192];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private static ByteString inflated(byte[] content) throws DataFormatException {
    var inflater = new Inflater();
    try {
      inflater.setInput(content);
      var out = ByteString.newOutput();
      var buffer = new byte[8192];
      while (!inflater.finished()) {
        int count = inflater.inflate(buffer);
        if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw new DataFormatException("a part ends too early");
        }
        out.write(buffer, 0, count);
        if (out.size() > 4 * FRAME_BYTES_MAX) {
          throw new DataFormatException("a part is too large");
        }
      }
      return out.toByteString();
    } finally {
      inflater.end();
    }
  }
}
