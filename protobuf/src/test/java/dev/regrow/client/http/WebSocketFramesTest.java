package dev.regrow.client.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class WebSocketFramesTest {

  @Provide
  Arbitrary<byte[]> payloads() {
    return Arbitraries.oneOf(
            Arbitraries.integers().between(0, 200),
            Arbitraries.of(125, 126, 127, 65_535, 65_536, 70_000))
        .flatMap(size -> Arbitraries.bytes().array(byte[].class).ofSize(size));
  }

  /** What a server reads, by the text of RFC 6455, 5.2 and 5.3. */
  private static byte[] unmasked(byte[] frame, int opcode) {
    var in = ByteBuffer.wrap(frame);
    assertThat(in.get() & 0xff).isEqualTo(0x80 | opcode);
    int second = in.get() & 0xff;
    assertThat(second & 0x80).as("clients mask").isNotZero();
    long length = second & 0x7f;
    if (length == 126) {
      length = in.getShort() & 0xffff;
      assertThat(length).as("the shortest form").isGreaterThan(125);
    } else if (length == 127) {
      length = in.getLong();
      assertThat(length).as("the shortest form").isGreaterThan(0xffff);
    }
    var mask = new byte[4];
    in.get(mask);
    var payload = new byte[in.remaining()];
    assertThat(payload).hasSize((int) length);
    in.get(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  @Property(tries = 200)
  void what_a_client_writes_is_what_the_standard_reads(
      @ForAll("payloads") byte[] payload, @ForAll int mask) {
    var frame = WebSocketFrames.encode(WebSocketFrames.BINARY, payload, mask);

    assertThat(unmasked(frame, WebSocketFrames.BINARY)).isEqualTo(payload);
  }

  @Property(tries = 200)
  void what_a_server_writes_is_read_whole(@ForAll("payloads") byte[] payload) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(0x82);
    if (payload.length <= 125) {
      out.write(payload.length);
    } else if (payload.length <= 0xffff) {
      out.write(126);
      out.writeBytes(ByteBuffer.allocate(2).putShort((short) payload.length).array());
    } else {
      out.write(127);
      out.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
    }
    out.writeBytes(payload);

    var frame = WebSocketFrames.read(new ByteArrayInputStream(out.toByteArray()));

    assertThat(frame.last()).isTrue();
    assertThat(frame.opcode()).isEqualTo(WebSocketFrames.BINARY);
    assertThat(frame.payload()).isEqualTo(payload);
  }

  @Property(tries = 1000)
  void whatever_comes_is_a_frame_or_refused(@ForAll byte[] bytes) {
    try {
      var frame = WebSocketFrames.read(new ByteArrayInputStream(bytes));
      assertThat(frame.payload().length).isLessThan(bytes.length);
    } catch (IOException refused) {
      assertThat(refused).hasMessageMatching(".+");
    }
  }

  @Example
  void what_no_server_may_send_is_refused() {
    assertThatThrownBy(() -> read(0x82, 0x80)).hasMessageContaining("no frame");
    assertThatThrownBy(() -> read(0xc2, 0)).hasMessageContaining("no frame");
    assertThatThrownBy(() -> read(0x09, 0)).hasMessageContaining("no control frame");
    assertThatThrownBy(() -> read(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0))
        .hasMessageContaining("too long");
    assertThatThrownBy(() -> read(0x82, 127, 0xff, 0, 0, 0, 0, 0, 0, 0))
        .hasMessageContaining("too long");
    assertThatThrownBy(() -> read(0x82, 2, 1)).isInstanceOf(EOFException.class);
  }

  private static void read(int... bytes) throws IOException {
    var all = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      all[i] = (byte) bytes[i];
    }
    WebSocketFrames.read(new ByteArrayInputStream(all));
  }
}
