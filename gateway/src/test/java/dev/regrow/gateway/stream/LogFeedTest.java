package dev.regrow.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.server.ByteStream;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LogFeedTest {

  private static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  private static final Logs.Query ALL = new Logs.Query(0, -1, null, false);

  private final Counting logs = new Counting(100);
  private final ByteStream feed = LogFeed.read(logs, KEY, ALL, Logs.Chunk::bytes);

  @Test
  void a_client_that_takes_nothing_holds_up_nobody() {
    feed.start(() -> {});

    assertThat(logs.told).isPositive().isLessThan(100);
  }

  @Test
  void a_client_that_takes_slowly_gets_all_of_it_in_order() {
    feed.start(() -> {});

    for (int i = 0; i < 100; i++) {
      assertThat(text(feed.next())).isEqualTo("line " + i);
      assertThat(logs.told - i).as("told ahead of the client").isLessThan(50);
    }

    assertThat(feed.next()).isEqualTo(ByteStream.END);
  }

  @Test
  void a_client_that_went_away_gets_no_more_and_ends_the_reading() {
    feed.start(() -> {});

    feed.close();

    assertThat(feed.next()).isEqualTo(ByteStream.BROKEN);
    assertThat(logs.closed).isTrue();
    assertThat(logs.tell()).as("more is wanted").isFalse();
  }

  private static String text(ByteStream.Next next) {
    assertThat(next).isInstanceOf(ByteStream.Bytes.class);
    return new String(((ByteStream.Bytes) next).bytes(), StandardCharsets.UTF_8);
  }

  /** Tells so many lines by the thread that asks, as far as there is room. */
  private static final class Counting implements Logs, Logs.Reading {
    private final int lines;
    private @Nullable Sink sink;
    private int told;
    private boolean closed;

    Counting(int lines) {
      this.lines = lines;
    }

    @Override
    public Reading read(InstanceKey key, Query query, Sink reader) {
      sink = reader;
      goOn();
      return this;
    }

    @Override
    public void goOn() {
      while (sink != null && sink.hasRoom()) {
        if (told == lines) {
          sink.onEnd(null);
          sink = null;
        } else {
          tell();
        }
      }
    }

    boolean tell() {
      var line = "line " + told++;
      return sink != null
          && sink.onChunk(
              new Chunk(1, Stream.STDOUT, Instant.EPOCH, line.getBytes(StandardCharsets.UTF_8), 0));
    }

    @Override
    public List<Attempt> attempts(InstanceKey key) {
      return List.of();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
