package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StreamerTest {

  private static final ByteStream.Bytes PART =
      new ByteStream.Bytes("part".getBytes(StandardCharsets.US_ASCII));

  /** With what Netty counts for each: the head and the part leave room, the end does not. */
  private static final int END_FILLS = 3 * 96 + 9;

  private final EmbeddedChannel channel = new EmbeddedChannel();

  @AfterEach
  void stop() {
    channel.finishAndReleaseAll();
  }

  @Test
  void the_end_is_said_once_though_the_client_makes_room_just_then() {
    var said = new Said(List.of(PART, ByteStream.END));
    var streamer = streamer(said);
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, END_FILLS));
    channel.pipeline().addLast(new PumpedWhenThereIsRoom(streamer));

    streamer.start(Unpooled.EMPTY_BUFFER);

    assertThat(written()).isEqualTo("4\r\npart\r\n0\r\n\r\n");
    assertThat(said.closed).isEqualTo(1);
  }

  @Test
  void what_is_cut_off_is_broken_off_though_the_client_takes_nothing() {
    var said = new Said(List.of(PART, ByteStream.LATER));
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    streamer(said).start(Unpooled.EMPTY_BUFFER);
    assertThat(said.words).as("what still waits").contains(PART);

    said.cutOff();
    channel.runPendingTasks();

    assertThat(said.closed).isEqualTo(1);
    assertThat(channel.isOpen()).isFalse();
  }

  private Streamer streamer(ByteStream bytes) {
    var body = new Answer.Open("text/plain", bytes, new byte[0], Optional.empty());
    return Streamer.ofBody(channel, body, false, () -> {});
  }

  private String written() {
    var text = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      text.append(next.toString(StandardCharsets.US_ASCII));
      next.release();
    }
    return text.toString();
  }

  /** What it was told to say, and then its last word again. */
  private static final class Said implements ByteStream {
    private final Deque<Next> words;
    private Runnable ready = () -> {};
    private boolean cut;
    private int closed;

    private Said(List<Next> words) {
      this.words = new ArrayDeque<>(words);
    }

    void cutOff() {
      cut = true;
      ready.run();
    }

    @Override
    public void start(Runnable news) {
      ready = news;
    }

    @Override
    public boolean isCutOff() {
      return cut;
    }

    @Override
    public Next next() {
      return words.size() == 1 ? words.element() : words.remove();
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** As {@link Connection} does. */
  private static final class PumpedWhenThereIsRoom extends ChannelInboundHandlerAdapter {
    private final Streamer streamer;

    private PumpedWhenThereIsRoom(Streamer streamer) {
      this.streamer = streamer;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) {
        streamer.pump();
      }
    }
  }
}
