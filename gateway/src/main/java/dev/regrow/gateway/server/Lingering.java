package dev.regrow.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;

/**
 * The end of a connection. What a client still sends is read for a while, so that it gets to read
 * our last words. For the connection's event loop alone.
 */
final class Lingering {

  private static final long NANOS = Duration.ofSeconds(2).toNanos();

  private final SocketChannel channel;
  private final boolean secure;
  private final long endNanos = System.nanoTime() + NANOS;

  Lingering(SocketChannel channel, boolean secure) {
    this.channel = channel;
    this.secure = secure;
  }

  void begin() {
    var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> endOutput());
  }

  private void endOutput() {
    if (secure || !channel.isActive()) {
      var unused = channel.close();
    } else {
      var unused = channel.shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
  }

  void tick(long nowNanos) {
    if (nowNanos - endNanos > 0) {
      var unused = channel.close();
    }
  }
}
