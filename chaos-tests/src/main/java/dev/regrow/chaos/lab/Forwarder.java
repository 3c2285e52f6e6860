package dev.regrow.chaos.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lets whoever is outside talk with a port inside: byte by byte, and ends as either side ends. */
final class Forwarder implements AutoCloseable {

  private static final int BUFFER_BYTES = 16 << 10;

  private final Door door;
  private final InetSocketAddress inside;
  private final ServerSocketChannel outside;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private Forwarder(Door door, InetSocketAddress inside, ServerSocketChannel outside) {
    this.door = door;
    this.inside = inside;
    this.outside = outside;
  }

  static Forwarder to(Door door, InetSocketAddress inside) {
    try {
      var outside = ServerSocketChannel.open();
      outside.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var forwarder = new Forwarder(door, inside, outside);
      start("accept", forwarder::accept);
      return forwarder;
    } catch (IOException e) {
      throw new UncheckedIOException("listen for " + inside, e);
    }
  }

  /** On 127.0.0.1. */
  int port() {
    return outside.socket().getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        var client = keep(outside.accept());
        start("connect", () -> connect(client));
      }
    } catch (IOException closed) {
      close();
    }
  }

  private void connect(SocketChannel client) {
    try {
      var server = keep(door.socket());
      server.connect(inside);
      start("answer", () -> pump(server, client));
      pump(client, server);
    } catch (IOException unreachable) {
      // The client learns it as one of a lost connection does.
      end(client);
    }
  }

  private void pump(SocketChannel from, SocketChannel to) {
    var buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException broken) {
      end(from);
    }
    end(from);
    end(to);
  }

  private SocketChannel keep(SocketChannel channel) {
    open.add(channel);
    return channel;
  }

  private void end(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("close " + channel, e);
    } finally {
      open.remove(channel);
    }
  }

  private static void start(String what, Runnable work) {
    var thread = new Thread(work, "forwarder: " + what);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    try {
      outside.close();
      open.forEach(this::end);
    } catch (IOException e) {
      throw new UncheckedIOException("close " + outside, e);
    }
  }
}
