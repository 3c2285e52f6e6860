package dev.regrow.gateway.server;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Whether what was written to a client leaves, if it does not leave at once. For the connection's
 * event loop.
 */
final class Outflow {

  private final Channel channel;
  private @Nullable Object first;
  private long firstBytes;
  private long bytes;
  private long lastNanos = System.nanoTime();

  Outflow(Channel channel) {
    this.channel = channel;
  }

  /** Whether all that was written has left. */
  boolean isDone() {
    var waiting = channel.unsafe().outboundBuffer();
    return waiting == null || waiting.totalPendingWriteBytes() == 0;
  }

  /** Called about once a second. */
  void tick(long nowNanos) {
    var waiting = channel.unsafe().outboundBuffer();
    if (waiting == null) {
      return;
    }
    var nowFirst = waiting.current();
    long nowFirstBytes = waiting.currentProgress();
    long nowBytes = waiting.totalPendingWriteBytes();
    if (nowFirst != first || nowFirstBytes != firstBytes || nowBytes != bytes) {
      first = nowFirst;
      firstBytes = nowFirstBytes;
      bytes = nowBytes;
      lastNanos = nowNanos;
    }
  }

  /** When what waits to leave was last seen to be other than before. */
  long lastNanos() {
    return lastNanos;
  }
}
