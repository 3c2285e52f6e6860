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
    var out = new DataOutputStream(into);
    out.write(MAGIC);
    frame(
        header.toBuilder().setFormat(FORMAT).setEntries(entries.size()).build().toByteArray(), out);
    var part = StoreSnapshotEntries.newBuilder();
    int bytes = 0;
    for (var entry : entries) {
      part.addEntries(entry);
      bytes += entry.getSerializedSize();
      if (bytes >= FRAME_BYTES) {
        frame(deflated(part.build().toByteArray()), out);
        part.clear();
        bytes = 0;
      }
    }
    if (part.getEntriesCount() > 0) {
      frame(deflated(part.build().toByteArray()), out);
    }
    out.flush();
  }

  /**
   * Reads one to its end.
   *
   * @throws Unusable if it is no backup, of a later release, damaged or cut off
   */
  public static BackupHeader read(InputStream from, Reader reader) throws IOException {
    var in = new DataInputStream(from);
    try {
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
      reader.header(header);
      long read = 0;
      while (read < header.getEntries()) {
        var part = StoreSnapshotEntries.parseFrom(inflated(frame(in))).getEntriesList();
        read += part.size();
        reader.entries(part);
      }
      if (read != header.getEntries() || in.read() >= 0) {
        throw new Unusable("the backup holds more than it says; it is damaged");
      }
      return header;
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
