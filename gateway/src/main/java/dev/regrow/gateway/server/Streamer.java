package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
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
  private final Answer.Open content;
  private final AnswerBytes.Manner manner;
  private final Runnable ended;
  private final AtomicBoolean woken = new AtomicBoolean();
  private @Nullable ScheduledFuture<?> lifeEnd;
  private long lastSentNanos;
  private boolean over;

  /**
   * @param ended all was written, as an answer should be; not run if the connection breaks off
   */
  Streamer(Channel channel, Answer.Open content, AnswerBytes.Manner manner, Runnable ended) {
    this.channel = channel;
    this.content = content;
    this.manner = manner;
    this.ended = ended;
  }

  void start(Answer answer) {
    send(AnswerBytes.head(channel.alloc(), answer, content, manner));
    if (manner.withoutBody()) {
      finish();
      return;
    }
    if (content.whileSilent().length > 0) {
      send(content.whileSilent());
    }
    content
        .life()
        .ifPresent(
            life ->
                lifeEnd =
                    channel
                        .eventLoop()
                        .schedule(this::breakOff, life.toMillis(), TimeUnit.MILLISECONDS));
    content.bytes().start(this::wake);
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
  }

  private void sendWhatThereIs() {
    int parts = 0;
    while (!over && channel.isWritable()) {
      if (parts++ == PARTS_AT_ONCE) {
        wake();
        break;
      }
      var next = content.bytes().next();
      if (next instanceof ByteStream.Bytes part) {
        send(part.bytes());
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
    if (!manner.old()) {
      send(AnswerBytes.end());
    }
    finish();
  }

  private void finish() {
    channel.flush();
    stop();
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
      content.bytes().close();
    }
  }

  void tick(long nowNanos) {
    if (!over
        && content.whileSilent().length > 0
        && nowNanos - lastSentNanos >= Answer.Open.SILENCE.toNanos() - ROUND_NANOS
        && channel.isWritable()) {
      send(content.whileSilent());
      channel.flush();
    }
  }

  /** The next look comes that much later, and may come late. */
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** When something was sent last. */
  long lastSentNanos() {
    return lastSentNanos;
  }

  private void send(byte[] bytes) {
    if (bytes.length > 0) {
      send(AnswerBytes.part(channel.alloc(), bytes, manner.old()));
    }
  }

  private void send(ByteBuf bytes) {
    lastSentNanos = System.nanoTime();
    var unused = channel.write(bytes, channel.voidPromise());
  }
}
