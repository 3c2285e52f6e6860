package dev.regrow.actors.downing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the machine of a peer says where its process does not answer. A kernel answers
 * each knock at a port at once, however busy, hung or stopped the process is that listens there; it
 * refuses when that process has ended; and a machine that is dead or cut off says nothing. Knocks
 * only when told to.
 */
public final class Knocking implements AutoCloseable {

  /** What a machine says to knocks at a port of a process. */
  public enum Sign {
    /** The process has ended, and its kernel lives. */
    REFUSED,
    /** Nothing comes back. */
    SILENT,
    /** The kernel lives, and the process may. */
    ANSWERED
  }

  /** Learns of signs; from a thread of its own. */
  interface Listener {
    void learned(String host, int port, Sign sign);
  }

  /** So often the same is to be said before it is believed. */
  private static final int TIMES = 2;

  /** Far more than a packet's way there and back; the answer needs nobody but the kernel. */
  private static final int ANSWER_MILLIS = 350;

  private final Set<InetSocketAddress> busy = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            var thread = new Thread(work, "regrow-knocking");
            thread.setDaemon(true);
            return thread;
          });
  private volatile @Nullable Listener listener;

  void listen(Listener learning) {
    listener = learning;
  }

  /** Knocks there, unless it is being done already: a connection broke, or nobody answers. */
  public void knock(String host, int port) {
    var address = new InetSocketAddress(host, port);
    if (listener != null && !threads.isShutdown() && busy.add(address)) {
      threads.execute(
          () -> {
            try {
              knockAndTell(host, port, address);
            } finally {
              busy.remove(address);
            }
          });
    }
  }

  private void knockAndTell(String host, int port, InetSocketAddress address) {
    var sign = settled(address);
    var told = listener;
    if (told != null) {
      told.learned(host, port, sign);
    }
  }

  private static Sign settled(InetSocketAddress address) {
    var first = signOf(address);
    for (int i = 1; i < TIMES && first != Sign.ANSWERED; i++) {
      if (signOf(address) != first) {
        return Sign.ANSWERED;
      }
    }
    return first;
  }

  /**
   * What is said at each of these doors.
   *
   * @return fails once this is closed
   */
  public CompletionStage<Map<InetSocketAddress, Sign>> ask(Collection<InetSocketAddress> doors) {
    var signs = new ConcurrentHashMap<InetSocketAddress, Sign>();
    var asking =
        doors.stream()
            .map(door -> CompletableFuture.runAsync(() -> signs.put(door, settled(door)), threads))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(asking).thenApply(done -> signs);
  }

  private static Sign signOf(InetSocketAddress address) {
    try (var socket = new Socket()) {
      socket.connect(address, ANSWER_MILLIS);
      return Sign.ANSWERED;
    } catch (SocketTimeoutException | NoRouteToHostException nothing) {
      return Sign.SILENT;
    } catch (ConnectException e) {
      // ECONNREFUSED, and what of the machine itself says nothing, as ENETUNREACH.
      return String.valueOf(e.getMessage()).contains("refused") ? Sign.REFUSED : Sign.SILENT;
    } catch (IOException nothingKnown) {
      return Sign.ANSWERED;
    }
  }

  @Override
  public void close() {
    listener = null;
    threads.shutdown();
  }
}
