package dev.regrow.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;

/**
 * The end of a connection. All that was written leaves, as fast as the client takes it; then what
 * it still sends is read for a while, so that it gets to read our last words. For the connection's
 * event loop alone.
 */
final class Lingering {

  private final SocketChannel channel;
  private final boolean secure;
  private final Outflow outflow;
  private final Patience patience;
  private final Duration untaken;
  private boolean said;
  private long saidNanos;

  /**
   * @param untaken how long it is waited while nothing is taken
   */
  Lingering(
      SocketChannel channel, boolean secure, Outflow outflow, Patience patience, Duration untaken) {
    this.channel = channel;
    this.secure = secure;
    this.outflow = outflow;
    this.patience = patience;
    this.untaken = untaken;
  }

  void begin() {
    var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> endOutput());
  }

  private void endOutput() {
    said = true;
    saidNanos = System.nanoTime();
    if (secure || !channel.isActive()) {
      var unused = channel.close();
    } else {
      var unused = channel.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
  }

  /** Called about once a second. What the client sends does not count: it must take something. */
  void tick(long nowNanos) {
    boolean over =
        said
            ? nowNanos - saidNanos > patience.lingering().toNanos()
            : nowNanos - outflow.lastNanos() > untaken.toNanos();
    if (over) {
      var unused = channel.close();
    }
  }

  /** Nobody waits for what the client may still send. */
  void drain() {
    if (said) {
      var unused = channel.close();
    }
  }
}
