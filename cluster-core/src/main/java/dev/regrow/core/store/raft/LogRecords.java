package dev.regrow.core.store.raft;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log file the way Ratis writes it (header "RaftLog1"; then per record its length as a
 * varint, the entry, and the CRC-32C of both; then zeros) and tells an interrupted write from
 * damage.
 *
 * <p>Ratis itself ends reading where a record seems to run past the end of the file, so one flipped
 * bit in a length would silently cut every acknowledged write behind it.
 */
final class LogRecords {

  private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
  private static final int CRC_BYTES = 4;
  private static final int LENGTH_MAX = 64 << 20;
  private static final int SECTOR = 512;
  private static final int PAGE = 4096;

  /** Each entry begins with its term: field 1, a varint. */
  private static final byte TERM_TAG = 0x08;

  private final byte[] file;
  private final Consumer<LogEntryProto> reader;
  private final int dataEnd;
  private long first = -1;
  private long last = -1;

  private LogRecords(byte[] file, Consumer<LogEntryProto> reader) {
    this.file = file;
    this.reader = reader;
    this.dataEnd = endOfData(file);
  }

  /** How the records of a file end. */
  enum Ending {
    /** With a whole record. */
    WHOLE,
    /** With one whose writing was interrupted, so it was never acknowledged. */
    INTERRUPTED,
    /** With bytes that were written once and are different now. */
    DAMAGED
  }

  /**
   * What a file holds.
   *
   * @param first index of the first entry, -1: there is none
   * @param last index of the last whole entry
   * @param end where the whole records end, in bytes
   */
  record Scan(long first, long last, int end, Ending ending) {}

  static Scan scan(byte[] file) {
    return new LogRecords(file, entry -> {}).scan();
  }

  /** Hands on each whole entry from the beginning. */
  static void read(byte[] file, Consumer<LogEntryProto> reader) {
    new LogRecords(file, reader).scan();
  }

  private Scan scan() {
    if (dataEnd < HEADER.length) {
      boolean begun = Arrays.equals(file, 0, dataEnd, HEADER, 0, dataEnd);
      return new Scan(-1, -1, 0, begun ? Ending.WHOLE : Ending.DAMAGED);
    }
    if (!Arrays.equals(file, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      return new Scan(-1, -1, 0, Ending.DAMAGED);
    }
    int at = HEADER.length;
    while (at < dataEnd) {
      Extent record = recordAt(at);
      if (record == null || !intact(record) || !follows(record)) {
        return new Scan(first, last, at, ending(at, record));
      }
      at = record.end();
    }
    return new Scan(first, last, Math.min(at, file.length), Ending.WHOLE);
  }

  /** Where a record lies, by its length. */
  private record Extent(int start, int content, int length) {
    int crcAt() {
      return content + length;
    }

    int end() {
      return content + length + CRC_BYTES;
    }
  }

  private @Nullable Extent recordAt(int start) {
    int length = 0;
    for (int i = 0; i < 5 && start + i < file.length; i++) {
      int next = file[start + i];
      length |= (next & 0x7f) << (7 * i);
      if (next >= 0) {
        boolean sane = length > 0 && length <= LENGTH_MAX;
        return sane ? new Extent(start, start + i + 1, length) : null;
      }
    }
    return null;
  }

  private boolean intact(Extent record) {
    if (record.end() > file.length) {
      return false;
    }
    var crc = new CRC32C();
    crc.update(file, record.start(), record.crcAt() - record.start());
    return (int) crc.getValue() == ByteBuffer.wrap(file).getInt(record.crcAt());
  }

  /** Notes the entry's index, which must be the next. */
  private boolean follows(Extent record) {
    try {
      var bytes = ByteBuffer.wrap(file, record.content(), record.length());
      LogEntryProto entry = LogEntryProto.parseFrom(bytes);
      long index = entry.getIndex();
      boolean next = last == -1 || index == last + 1;
      if (next) {
        first = first == -1 ? index : first;
        last = index;
        reader.accept(entry);
      }
      return next;
    } catch (InvalidProtocolBufferException notAnEntry) {
      return false;
    }
  }

  private Ending ending(int at, @Nullable Extent record) {
    boolean missing =
        record == null
            ? zeros(at, nextBoundary(at, PAGE))
            : record.end() > file.length || hasHole(record);
    return missing && !intactBehind(at) && !onlyLengthFlipped(at)
        ? Ending.INTERRUPTED
        : Ending.DAMAGED;
  }

  /** Parts that never came to the disk are zeros: from a sector on to the end, or a whole page. */
  private boolean hasHole(Extent record) {
    int tail = Math.min(record.crcAt(), nextBoundary(record.end() - SECTOR, SECTOR));
    if (zeros(record.crcAt(), record.end())
        || zeros(Math.max(tail, record.start()), record.end())) {
      return true;
    }
    for (int page = nextBoundary(record.start(), PAGE); page + PAGE <= record.end(); page += PAGE) {
      if (zeros(page, page + PAGE)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a whole record lies anywhere behind: then the bad one was not the last. */
  private boolean intactBehind(int at) {
    for (int start = at + 1; start < dataEnd; start++) {
      Extent record = recordAt(start);
      if (record != null
          && record.end() <= file.length
          && file[record.content()] == TERM_TAG
          && intact(record)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one flipped bit of its length explains all that is wrong with a record. */
  private boolean onlyLengthFlipped(int at) {
    for (int i = at; i < Math.min(at + 4, file.length); i++) {
      for (int bit = 0; bit < 8; bit++) {
        file[i] ^= (byte) (1 << bit);
        Extent record = recordAt(at);
        boolean explained = record != null && record.content() > i && intact(record);
        file[i] ^= (byte) (1 << bit);
        if (explained) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean zeros(int from, int to) {
    for (int i = from; i < Math.min(to, file.length); i++) {
      if (file[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static int nextBoundary(int at, int unit) {
    return Math.floorDiv(at + unit - 1, unit) * unit;
  }

  private static int endOfData(byte[] file) {
    int end = file.length;
    while (end > 0 && file[end - 1] == 0) {
      end--;
    }
    return end;
  }
}
