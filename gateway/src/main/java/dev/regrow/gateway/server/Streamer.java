package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a {@link ByteStream} has, while the client takes it. For the connection's event loop,
 * but for {@link #wake}.
 */
final class Streamer {

  private static final Logger LOG = LoggerFactory.getLogger(Streamer.class);

  /** Parts that are sent before others of the same event loop have their turn. */
  private static final int PARTS_AT_ONCE = 64;

  private final Channel channel;
  private final ByteStream bytes;
  private final Wire wire;
  private final Optional<Duration> life;
  private final Runnable pumped;
  private final Runnable ended;
  private final AtomicBoolean woken = new AtomicBoolean();
  private @Nullable ScheduledFuture<?> lifeEnd;
  private long lastSentNanos;
  private boolean over;

  /**
   * @param life after this it is broken off; empty: it may go on
   * @param pumped run whenever there was news of the stream
   * @param ended all was written, as an answer should be; not run if the connection breaks off
   */
  Streamer(
      Channel channel,
      ByteStream bytes,
      Wire wire,
      Optional<Duration> life,
      Runnable pumped,
      Runnable ended) {
    this.channel = channel;
    this.bytes = bytes;
    this.wire = wire;
    this.life = life;
    this.pumped = pumped;
    this.ended = ended;
  }

  static Streamer ofBody(Channel channel, Answer.Open open, boolean old, Runnable ended) {
    var wire = new Wire.Body(old, open.whileSilent());
    return new Streamer(channel, open.bytes(), wire, open.life(), () -> {}, ended);
  }

  /** Sends the head, and nothing behind it. */
  void startWithoutBody(ByteBuf head) {
    send(head);
    finish();
  }

  void start(ByteBuf head) {
    send(head);
    if (wire instanceof Wire.Body) {
      sendSilence();
    }
    life.ifPresent(
        span ->
            lifeEnd =
                channel
                    .eventLoop()
                    .schedule(this::breakOff, span.toMillis(), TimeUnit.MILLISECONDS));
    bytes.start(this::wake);
    pump();
  }

  /** By any thread. */
  private void wake() {
    if (!woken.getAndSet(true)) {
      channel.eventLoop().execute(this::pump);
    }
  }

  /** Goes on where it stopped because there was nothing, or the client was slow. */
  void pump() {
    woken.set(false);
    try {
      sendWhatThereIs();
    } catch (RuntimeException bug) {
      LOG.error("A bug ended a stream to {}", channel.remoteAddress(), bug);
      breakOff();
    }
    channel.flush();
    pumped.run();
  }

  private void sendWhatThereIs() {
    if (!over && bytes.isCutOff()) {
      breakOff(); // Whether or not the client makes room.
    }
    int parts = 0;
    while (!over && channel.isWritable()) {
      if (parts++ == PARTS_AT_ONCE) {
        wake();
        break;
      }
      var next = bytes.next();
      if (next instanceof ByteStream.Bytes part) {
        if (part.bytes().length > 0) {
          send(wire.part(channel.alloc(), part.bytes()));
        }
      } else if (next instanceof ByteStream.End) {
        end();
      } else if (next instanceof ByteStream.Broken) {
        breakOff();
      } else {
        break;
      }
    }
  }

  private void end() {
    send(wire.end());
    finish();
  }

  private void finish() {
    stop(); // First: a flush that makes room asks for more.
    channel.flush();
    ended.run();
  }

  /** To the client this must not look as if all had been said. */
  private void breakOff() {
    stop();
    channel.flush(); // What was said so far counts.
    var unused = channel.close();
  }

  /** The client is gone, or it is over. */
  void stop() {
    if (!over) {
      over = true;
      if (lifeEnd != null) {
        lifeEnd.cancel(false);
      }
      bytes.close();
    }
  }

  void tick(long nowNanos) {
    if (!over
        && nowNanos - lastSentNanos >= Answer.Open.SILENCE.toNanos() - ROUND_NANOS
        && channel.isWritable()) {
      sendSilence();
      channel.flush();
    }
  }

  /** The next look comes that much later, and may come late. */
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** When something was sent last. */
  long lastSentNanos() {
    return lastSentNanos;
  }

  /** So that the client has the head, and knows that somebody is there. */
  void sendSilence() {
    var words = wire.silence(channel.alloc());
    if (words.isReadable()) {
      send(words);
    }
  }

  private void send(ByteBuf part) {
    lastSentNanos = System.nanoTime();
    var unused = channel.write(part, channel.voidPromise());
  }
}
