package dev.regrow.runtime.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Logs.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

  @Test
  void a_frame_is_read_as_it_was_written() {
    var time = Instant.parse("2026-01-02T03:04:05.123456789Z");
    var written = Frames.frame(Stream.STDERR, time, 4_000_000_000L, new byte[] {1, 2, 3});

    var frame = FrameDecoder.next(ByteBuffer.wrap(written));

    assertThat(frame).isNotNull();
    assertThat(frame.stream()).isEqualTo(Stream.STDERR);
    assertThat(frame.time()).isEqualTo(time);
    assertThat(frame.dropped()).isEqualTo(4_000_000_000L);
    assertThat(frame.bytes()).containsExactly(1, 2, 3);
  }

  @Property
  void frames_survive_being_cut_into_any_pieces(
      @ForAll @Size(max = 12) List<@Size(max = 300) byte[]> writes,
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 400) Integer> cuts) {
    var bytes = concat(writes.stream().map(w -> Frames.frame(Stream.STDOUT, Instant.EPOCH, 0, w)));

    var read = new ArrayList<byte[]>();
    var buffer = ByteBuffer.allocate(FrameDecoder.MIN_CAPACITY).limit(0);
    for (int at = 0, i = 0; at < bytes.length; i++) {
      int length = Math.min(cuts.get(i % cuts.size()), bytes.length - at);
      buffer.compact().put(bytes, at, length).flip();
      for (Frame frame; (frame = FrameDecoder.next(buffer)) != null; ) {
        read.add(frame.bytes());
      }
      at += length;
    }

    assertThat(read).usingRecursiveFieldByFieldElementComparator().isEqualTo(writes);
  }

  @Property
  void a_torn_tail_costs_its_own_frame_only(
      @ForAll @Size(max = 100) byte[] text, @ForAll @IntRange(min = 0, max = 119) int kept) {
    var whole = Frames.frame(Stream.STDOUT, Instant.EPOCH, 0, text);
    var torn = Arrays.copyOf(whole, Math.min(kept, whole.length - 1));
    var buffer = ByteBuffer.wrap(concat(java.util.stream.Stream.of(whole, torn)));

    assertThat(FrameDecoder.next(buffer)).isNotNull();
    assertThat(FrameDecoder.next(buffer)).isNull();
  }

  @Property
  void garbage_never_throws_and_never_invents_more_bytes_than_there_are(
      @ForAll @Size(max = 400) byte[] garbage) {
    var buffer = ByteBuffer.wrap(garbage);
    long sum = 0;
    for (Frame frame; (frame = FrameDecoder.next(buffer)) != null; ) {
      sum += frame.bytes().length + FrameDecoder.HEADER;
    }
    assertThat(sum).isLessThanOrEqualTo(garbage.length);
  }

  @Test
  void reading_goes_on_at_the_next_header_after_garbage() {
    var bytes =
        concat(
            java.util.stream.Stream.of(
                "torn by a crash".getBytes(StandardCharsets.UTF_8), Frames.out("after")));

    var frame = FrameDecoder.next(ByteBuffer.wrap(bytes));

    assertThat(frame).isNotNull();
    assertThat(frame.bytes()).asString().isEqualTo("after");
  }

  private static byte[] concat(java.util.stream.Stream<byte[]> parts) {
    var out = new ByteArrayOutputStream();
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }
}
