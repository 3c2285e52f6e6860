package dev.regrow.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;

/**
 * A TCP connection as a dialogue: each message is a channel's number and what came on it. On 0
 * there are its bytes, both ways; 255 and a 0 say that no more come, as the end of a half of TCP
 * does. Thread-safe.
 */
final class PortDialogue extends ChannelInboundHandlerAdapter implements Dialogue {

  private static final byte DATA = 0;
  private static final byte CLOSE = (byte) 255;

  private final SocketChannel channel;
  private final Runnable over;
  private final Inbox inbox;
  private int from = -1;
  private boolean awaited;

  /**
   * @param over the connection is closed
   */
  PortDialogue(SocketChannel channel, Runnable over) {
    this.channel = channel;
    this.inbox = new Inbox(channel);
    this.over = over;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof ByteBuf bytes && bytes.isReadable()) {
        var part = new byte[bytes.readableBytes() + 1];
        bytes.readBytes(part, 1, part.length - 1);
        inbox.add(part);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inbox.add(new byte[] {CLOSE, DATA});
      if (channel.isOutputShutdown()) {
        var unused = channel.close();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    inbox.end(END);
    over.run();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    inbox.end(BROKEN); // As a reset would: not an end of what was said.
    var unused = channel.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    inbox.news();
  }

  @Override
  public void start(Runnable news) {
    inbox.start(news);
  }

  @Override
  public Next next() {
    return inbox.next();
  }

  @Override
  public void take(byte[] part, boolean begins, boolean ends) {
    if (begins) {
      from = -1;
      awaited = true;
    }
    var data = part;
    if (awaited && part.length > 0) {
      from = part[0] & 0xff;
      awaited = false;
      data = Arrays.copyOfRange(part, 1, part.length);
    }
    if (from == DATA && data.length > 0) {
      var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(data));
    } else if (from == (CLOSE & 0xff) && data.length == 1 && data[0] == DATA) {
      var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> endOutput());
    }
  }

  private void endOutput() {
    if (channel.isInputShutdown()) {
      var unused = channel.close();
    } else {
      var unused = channel.shutdownOutput();
    }
  }

  @Override
  public boolean isFull() {
    return channel.isActive() && !channel.isWritable();
  }

  @Override
  public void close() {
    inbox.discard();
    var unused = channel.close();
  }
}
