package dev.regrow.chaos.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Keeps so many writes in flight for a time, from one thread, and counts. */
final class Load {

  private static final long LATENCY_MAX_NANOS = 60_000_000_000L;
  private static final long LAST_ANSWERS_MILLIS = 20_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /**
   * What was seen.
   *
   * @param failed answers that did not confirm the write
   */
  record Seen(long written, long failed, long nanos, Histogram latency) {}

  /** Makes one connection that carries so many writes at a time. */
  interface Dialer {
    Connection dial(String endpoint, int slots) throws IOException;
  }

  /**
   * @param perConnection writes that one connection carries at a time
   */
  record Shape(List<String> endpoints, int inFlight, int perConnection, Writes writes) {}

  private final Histogram latency = new Histogram(LATENCY_MAX_NANOS, 3);
  private long written;
  private long failed;
  private long underWay;

  private Load() {}

  static Seen run(Shape shape, Dialer dialer, long millis) throws IOException {
    return new Load().drive(shape, dialer, millis);
  }

  private Seen drive(Shape shape, Dialer dialer, long millis) throws IOException {
    var connections = new ArrayList<Connection>();
    try (var selector = Selector.open()) {
      int left = shape.inFlight();
      for (int i = 0; left > 0; i++) {
        int slots = Math.min(left, shape.perConnection());
        left -= slots;
        var endpoint = shape.endpoints().get(i % shape.endpoints().size());
        var connection = dialer.dial(endpoint, slots);
        connections.add(connection);
        connection.register(selector);
      }
      return measure(selector, connections, shape.writes(), millis);
    } finally {
      for (Connection each : connections) {
        each.close();
      }
    }
  }

  private Seen measure(Selector selector, List<Connection> connections, Writes writes, long millis)
      throws IOException {
    long began = System.nanoTime();
    long end = began + millis * NANOS_PER_MILLI;
    for (Connection each : connections) {
      while (each.hasRoom()) {
        each.send(writes.next(), System.nanoTime());
        underWay++;
      }
    }
    long last = end + LAST_ANSWERS_MILLIS * NANOS_PER_MILLI;
    while (underWay > 0) {
      long now = System.nanoTime();
      if (now > last) {
        throw new IOException(underWay + " writes were not answered in time");
      }
      selector.select(1000);
      for (SelectionKey key : selector.selectedKeys()) {
        serve((Connection) key.attachment(), writes, end);
      }
      selector.selectedKeys().clear();
    }
    return new Seen(written, failed, System.nanoTime() - began, latency);
  }

  private void serve(Connection connection, Writes writes, long end) throws IOException {
    connection.progress(
        (sentAt, good) -> {
          long now = System.nanoTime();
          underWay--;
          if (good) {
            written++;
            latency.recordValue(Math.min(LATENCY_MAX_NANOS, now - sentAt));
          } else {
            failed++;
          }
        });
    while (connection.hasRoom() && System.nanoTime() < end) {
      connection.send(writes.next(), System.nanoTime());
      underWay++;
    }
  }
}
