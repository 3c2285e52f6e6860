package dev.regrow.gateway.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all connections of one event loop once a second, so that no request needs timers of its
 * own. While there is no connection there is no round. For its event loop alone.
 */
final class Round {

  private final EventLoop loop;
  private final Set<Connection> connections = new HashSet<>();
  private @Nullable ScheduledFuture<?> repeated;

  Round(EventLoop loop) {
    this.loop = loop;
  }

  EventLoop loop() {
    return loop;
  }

  void join(Connection connection) {
    connections.add(connection);
    if (repeated == null) {
      repeated = loop.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }
  }

  void leave(Connection connection) {
    connections.remove(connection);
    if (connections.isEmpty() && repeated != null) {
      repeated.cancel(false);
      repeated = null;
    }
  }

  private void look() {
    long now = System.nanoTime();
    all().forEach(connection -> connection.tick(now));
  }

  void drain() {
    all().forEach(Connection::drain);
  }

  /** A copy, as who is called may leave. */
  private Iterable<Connection> all() {
    return new ArrayList<>(connections);
  }
}
