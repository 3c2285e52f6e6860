package dev.regrow.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Another connection as one end of a dialogue: what comes over it goes out here, and what comes in
 * here goes over it, each as fast as the other takes it. Thread-safe.
 */
final class ChannelDialogue implements Dialogue {

  private static final int WAITING_BYTES_MAX = 256 << 10;

  private final Channel channel;
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private Runnable ready = () -> {};
  private @Nullable Next end;

  ChannelDialogue(Channel channel) {
    this.channel = channel;
  }

  /** By the other connection's event loop. */
  void came(byte[] bytes) {
    Runnable awaiting;
    synchronized (this) {
      if (bytes.length == 0 || end != null) {
        return;
      }
      waiting.add(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= WAITING_BYTES_MAX) {
        channel.config().setAutoRead(false);
      }
      awaiting = ready;
    }
    awaiting.run();
  }

  /**
   * @param well whether all was said
   */
  void ended(boolean well) {
    Runnable awaiting;
    synchronized (this) {
      if (end == null) {
        end = well ? END : BROKEN;
      }
      awaiting = ready;
    }
    awaiting.run();
  }

  void hasRoom() {
    Runnable awaiting;
    synchronized (this) {
      awaiting = ready;
    }
    awaiting.run();
  }

  @Override
  public synchronized void start(Runnable news) {
    ready = news;
  }

  @Override
  public synchronized Next next() {
    var bytes = waiting.poll();
    if (bytes == null) {
      return end == null ? LATER : end;
    }
    waitingBytes -= bytes.length;
    if (waitingBytes < WAITING_BYTES_MAX && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    return new Bytes(bytes);
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
    synchronized (this) {
      end = BROKEN;
      waiting.clear();
    }
    var unused = channel.close();
  }
}
