package dev.regrow.gateway.server;

import dev.regrow.gateway.server.ByteStream.Bytes;
import dev.regrow.gateway.server.ByteStream.Next;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What came over a connection and was not taken yet. While that is much, nothing more is read off
 * the connection. Thread-safe.
 */
final class Inbox {

  private static final int WAITING_BYTES_MAX = 256 << 10;

  private final Channel channel;
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private Runnable ready = () -> {};
  private @Nullable Next end;

  Inbox(Channel channel) {
    this.channel = channel;
  }

  /** Nothing is added once it has ended. */
  void add(byte[] bytes) {
    synchronized (this) {
      if (end != null) {
        return;
      }
      waiting.add(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= WAITING_BYTES_MAX) {
        channel.config().setAutoRead(false);
      }
    }
    news();
  }

  /** After what is in it; of several ends the first counts. */
  void end(Next how) {
    synchronized (this) {
      if (end == null) {
        end = how;
      }
    }
    news();
  }

  /** Nobody takes anything any more. */
  synchronized void discard() {
    end = ByteStream.BROKEN;
    waiting.clear();
  }

  /** As {@link ByteStream#start}. */
  synchronized void start(Runnable news) {
    ready = news;
  }

  /** Runs who was given to {@link #start}. */
  void news() {
    Runnable awaiting;
    synchronized (this) {
      awaiting = ready;
    }
    awaiting.run();
  }

  /** As {@link ByteStream#next}. */
  synchronized Next next() {
    var bytes = waiting.poll();
    if (bytes == null) {
      return end == null ? ByteStream.LATER : end;
    }
    waitingBytes -= bytes.length;
    if (waitingBytes < WAITING_BYTES_MAX && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    return new Bytes(bytes);
  }
}
