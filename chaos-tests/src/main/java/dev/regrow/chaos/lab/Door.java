package dev.regrow.chaos.lab;

import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Sockets of another network namespace. A socket stays where the thread that opened it was, and may
 * be used by any other; so one thread lives there.
 */
final class Door implements AutoCloseable {

  private final ExecutorService inside;

  private Door(ExecutorService inside) {
    this.inside = inside;
  }

  /** Opens the door to a namespace, as /run/netns/NAME. */
  static Door to(Path namespace) {
    var inside =
        Executors.newSingleThreadExecutor(
            work -> {
              var thread =
                  new Thread(
                      () -> {
                        Kernel.load().enterNetwork(namespace);
                        work.run();
                      },
                      "door to " + namespace.getFileName());
              thread.setDaemon(true);
              return thread;
            });
    return new Door(inside);
  }

  /** Not yet connected. */
  SocketChannel socket() throws IOException {
    try {
      return inside.submit(() -> SocketChannel.open(StandardProtocolFamily.INET)).get();
    } catch (ExecutionException e) {
      throw new IOException("open a socket", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening a socket", e);
    }
  }

  @Override
  public void close() {
    inside.shutdownNow();
  }
}
