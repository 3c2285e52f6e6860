package dev.regrow.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;

/**
 * Another connection as one end of a dialogue: what comes over it goes out here, and what comes in
 * here goes over it, each as fast as the other takes it. Thread-safe.
 */
final class ChannelDialogue implements Dialogue {

  private final Channel channel;
  private final Inbox inbox;

  ChannelDialogue(Channel channel) {
    this.channel = channel;
    this.inbox = new Inbox(channel);
  }

  /** By the other connection's event loop. */
  void came(byte[] bytes) {
    if (bytes.length > 0) {
      inbox.add(bytes);
    }
  }

  /**
   * @param well whether all was said
   */
  void ended(boolean well) {
    inbox.end(well ? END : BROKEN);
  }

  void hasRoom() {
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
    var unused = channel.writeAndFlush(Unpooled.wrappedBuffer(part));
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
