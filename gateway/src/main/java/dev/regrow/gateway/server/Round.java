package dev.regrow.gateway.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop. Looks at all of them once a second, so that no request needs
 * timers of its own; while there is none there is no round. For its event loop alone.
 *
 * <p>Each begins as a stranger, is held while a request is answered, and stays so once it was
 * admitted. Strangers are in the order in which they became such; of one that is held no more is
 * kept, so that requests of who was admitted cost nothing here.
 */
final class Round {

  private final EventLoop loop;
  private final int strangersMax;
  private final IntConsumer held;
  private final Runnable madeRoom;
  private final Set<Connection> connections = new HashSet<>();
  private final LinkedHashSet<Connection> strangers = new LinkedHashSet<>();
  private @Nullable ScheduledFuture<?> repeated;

  /**
   * @param strangersMax of this loop
   * @param held is told how many more are held, or how many less
   * @param madeRoom is told of each stranger that made room for another
   */
  Round(EventLoop loop, int strangersMax, IntConsumer held, Runnable madeRoom) {
    this.loop = loop;
    this.strangersMax = strangersMax;
    this.held = held;
    this.madeRoom = madeRoom;
  }

  EventLoop loop() {
    return loop;
  }

  void join(Connection connection) {
    connections.add(connection);
    strangers.add(connection);
    if (repeated == null) {
      repeated = loop.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }
    makeRoom();
  }

  /** From now on it has its place, whoever comes. */
  void hold(Connection connection) {
    if (strangers.remove(connection)) {
      held.accept(1);
    }
  }

  /** It is a stranger again, the newest of all. */
  void release(Connection connection) {
    if (connections.contains(connection) && strangers.add(connection)) {
      held.accept(-1);
      makeRoom();
    }
  }

  private void makeRoom() {
    if (strangers.size() > strangersMax) {
      var longest = strangers.iterator().next();
      leave(longest);
      longest.makeRoom();
      madeRoom.run();
    }
  }

  void leave(Connection connection) {
    if (connections.remove(connection) && !strangers.remove(connection)) {
      held.accept(-1);
    }
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
