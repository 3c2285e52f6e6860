package dev.regrow.actors.downing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out at once when a peer's process has ended: its kernel then refuses connections to the
 * port that the process listened on, while one that is slow, stopped or cut off refuses nothing.
 * Knocks only when told that a connection is being made anew.
 */
public final class Knocking implements AutoCloseable {

  private static final int TIMES = 2;
  private static final int ANSWER_MILLIS = 1000;

  private final Set<InetSocketAddress> busy = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            var thread = new Thread(work, "regrow-knocking");
            thread.setDaemon(true);
            return thread;
          });
  private volatile @Nullable BiConsumer<String, Integer> listener;

  /** Tells a listener of each refusal, by host and port; from a thread of its own. */
  void listen(BiConsumer<String, Integer> refused) {
    listener = refused;
  }

  /** A connection to there is being made, perhaps because the one before broke. */
  public void connecting(String host, int port) {
    var address = new InetSocketAddress(host, port);
    if (listener != null && !threads.isShutdown() && busy.add(address)) {
      threads.execute(
          () -> {
            try {
              knock(host, port, address);
            } finally {
              busy.remove(address);
            }
          });
    }
  }

  private void knock(String host, int port, InetSocketAddress address) {
    for (int i = 0; i < TIMES; i++) {
      if (!isRefused(address)) {
        return;
      }
    }
    var told = listener;
    if (told != null) {
      told.accept(host, port);
    }
  }

  static boolean isRefused(InetSocketAddress address) {
    try (var socket = new Socket()) {
      socket.connect(address, ANSWER_MILLIS);
      return false;
    } catch (ConnectException e) {
      return String.valueOf(e.getMessage()).contains("refused"); // ECONNREFUSED; others time out.
    } catch (IOException nothingKnown) {
      return false;
    }
  }

  @Override
  public void close() {
    listener = null;
    threads.shutdown();
  }
}
