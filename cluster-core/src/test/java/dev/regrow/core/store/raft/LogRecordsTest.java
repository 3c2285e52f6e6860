package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.raft.LogRecords.Ending;
import dev.regrow.core.store.raft.LogRecords.Scan;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.StateMachineLogEntryProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class LogRecordsTest {

  private static final long FIRST = 7;

  private final List<Integer> starts = new ArrayList<>();

  @Test
  void whole_records_before_preallocated_zeros_are_whole() {
    byte[] log = padded(log(1, 5, 300), 10_000);

    assertThat(LogRecords.scan(log))
        .isEqualTo(new Scan(FIRST, FIRST + 4, log.length - 10_000, Ending.WHOLE));
  }

  @Test
  void a_file_whose_header_was_being_written_is_empty() {
    byte[] log = Arrays.copyOf("RaftL".getBytes(StandardCharsets.US_ASCII), 4096);

    assertThat(LogRecords.scan(log)).isEqualTo(new Scan(-1, -1, 0, Ending.WHOLE));
  }

  @Property(tries = 300)
  void a_last_record_cut_short_is_interrupted(
      @ForAll @IntRange(min = 0, max = 9999) int seed,
      @ForAll @IntRange(min = 1, max = 999) int permille) {
    byte[] log = log(seed, 4, 20_000);
    int last = starts.get(3);
    int cut = last + Math.max(1, (log.length - last - 1) * permille / 1000);

    Scan scan = LogRecords.scan(Arrays.copyOf(log, cut));

    assertThat(scan).isEqualTo(new Scan(FIRST, FIRST + 2, last, Ending.INTERRUPTED));
  }

  @Property(tries = 300)
  void a_last_record_whose_pages_did_not_all_come_is_interrupted(
      @ForAll @IntRange(min = 0, max = 9999) int seed,
      @ForAll @IntRange(min = 0, max = 20) int page) {
    byte[] log = padded(log(seed, 4, 20_000), 50_000);
    int last = starts.get(3);
    int hole = ((last + 4095) / 4096 + page % 3) * 4096;
    Arrays.fill(log, hole, hole + 4096, (byte) 0);

    assertThat(LogRecords.scan(log))
        .isEqualTo(new Scan(FIRST, FIRST + 2, last, Ending.INTERRUPTED));
  }

  @Property(tries = 1000)
  void one_flipped_bit_anywhere_is_damage(
      @ForAll @IntRange(min = 0, max = 9999) int seed,
      @ForAll boolean padded,
      @ForAll @IntRange(min = 0, max = 9999) int where,
      @ForAll @IntRange(min = 0, max = 7) int bit) {
    byte[] whole = log(seed, 4, 200);
    int at = (int) ((long) whole.length * where / 10_000);
    byte[] log = padded ? padded(whole, 3000) : whole;
    log[at] ^= (byte) (1 << bit);

    assertThat(LogRecords.scan(log).ending()).isEqualTo(Ending.DAMAGED);
  }

  @Test
  void an_interrupted_record_before_a_whole_one_is_damage() {
    byte[] log = log(3, 4, 9000);
    int second = starts.get(1);
    int hole = (second + 4095) / 4096 * 4096;
    Arrays.fill(log, hole, hole + 4096, (byte) 0);

    assertThat(LogRecords.scan(log)).isEqualTo(new Scan(FIRST, FIRST, second, Ending.DAMAGED));
  }

  private byte[] log(int seed, int records, int size) {
    var random = new Random(seed);
    var out = new ByteArrayOutputStream();
    out.writeBytes("RaftLog1".getBytes(StandardCharsets.US_ASCII));
    starts.clear();
    for (int i = 0; i < records; i++) {
      starts.add(out.size());
      out.writeBytes(record(FIRST + i, random, size));
    }
    return out.toByteArray();
  }

  private static byte[] record(long index, Random random, int size) {
    byte[] data = new byte[size];
    random.nextBytes(data);
    byte[] entry =
        LogEntryProto.newBuilder()
            .setTerm(1)
            .setIndex(index)
            .setStateMachineLogEntry(
                StateMachineLogEntryProto.newBuilder().setLogData(ByteString.copyFrom(data)))
            .build()
            .toByteArray();
    var out = new ByteArrayOutputStream();
    for (int left = entry.length; ; left >>>= 7) {
      if (left < 0x80) {
        out.write(left);
        break;
      }
      out.write((left & 0x7f) | 0x80);
    }
    out.writeBytes(entry);
    var crc = new CRC32C();
    crc.update(out.toByteArray());
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    return out.toByteArray();
  }

  private static byte[] padded(byte[] log, int zeros) {
    return Arrays.copyOf(log, log.length + zeros);
  }
}
