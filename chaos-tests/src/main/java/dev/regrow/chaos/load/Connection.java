package dev.regrow.chaos.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection that carries writes: what is sent waits in a buffer, what comes is taken apart. */
abstract class Connection implements AutoCloseable {

  private static final int IN_BYTES = 64 << 10;

  /** Learns of each answer. */
  interface Answers {
    void answered(long sentAtNanos, boolean good);
  }

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(IN_BYTES);
  private final ByteBuffer out;
  private SelectionKey key;

  /**
   * @param outBytes room for all that can be in flight
   */
  @SuppressWarnings("NullAway.Init") // The key comes with the selector.
  Connection(String endpoint, int outBytes) throws IOException {
    int colon = endpoint.lastIndexOf(':');
    channel =
        SocketChannel.open(
            new InetSocketAddress(
                endpoint.substring(0, colon), Integer.parseInt(endpoint.substring(colon + 1))));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    out = ByteBuffer.allocateDirect(outBytes);
  }

  final void register(Selector selector) throws IOException {
    key = channel.register(selector, SelectionKey.OP_READ, this);
    flush();
  }

  /** Whether another write may be sent now. */
  abstract boolean hasRoom();

  abstract void send(Writes.Write write, long nowNanos) throws IOException;

  /** Takes apart as much of {@code in} as is whole. */
  abstract void take(ByteBuffer bytes, Answers answers) throws IOException;

  final void put(byte[] bytes) {
    out.put(bytes);
  }

  final void put(byte[] bytes, int from, int length) {
    out.put(bytes, from, length);
  }

  /** Writes what waits, as far as the socket takes it. */
  final void flush() throws IOException {
    out.flip();
    channel.write(out);
    boolean more = out.hasRemaining();
    out.compact();
    int wanted = more ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
    if (key != null && key.interestOps() != wanted) {
      key.interestOps(wanted);
    }
  }

  /** Reads and writes what is possible. */
  final void progress(Answers answers) throws IOException {
    if (key.isReadable()) {
      if (channel.read(in) < 0) {
        throw new IOException("the server closed a connection");
      }
      in.flip();
      take(in, answers);
      in.compact();
    }
    flush();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
