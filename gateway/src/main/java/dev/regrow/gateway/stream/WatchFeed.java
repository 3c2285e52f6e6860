package dev.regrow.gateway.stream;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.server.ByteStream;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Between a watch, which must not be blocked, and a client, which may be slow.
 *
 * <p>Holds the current items, however many there are, as they are in memory anyway, and after them
 * at most {@link #CHANGES_MAX} changes; a client slower than that is told to resume. Thread-safe.
 */
public final class WatchFeed implements ControlPlane.WatchSink, AutoCloseable {

  static final int CHANGES_MAX = 8192;

  private final Object lock = new Object();
  private final Deque<WatchEvent> waiting = new ArrayDeque<>();
  private final CompletableFuture<Optional<Refusal>> begun = new CompletableFuture<>();
  private final Function<Refusal, WatchEvent> fault;
  private boolean bounded;
  private boolean ended;
  private Runnable reader = () -> {};
  private ControlPlane.@Nullable Subscription subscription;

  private WatchFeed(boolean resumed, Function<Refusal, WatchEvent> fault) {
    this.bounded = resumed;
    this.fault = fault;
  }

  /**
   * Starts a watch.
   *
   * @param resumed whether it goes on from an index, so that no current items come first
   * @param fault how a bad end is told to the client, as the last event
   * @param start subscribes the sink that it is given
   */
  public static WatchFeed open(
      boolean resumed,
      Function<Refusal, WatchEvent> fault,
      Function<ControlPlane.WatchSink, ControlPlane.Subscription> start) {
    var feed = new WatchFeed(resumed, fault);
    feed.subscribed(start.apply(feed));
    return feed;
  }

  /**
   * Whether it was refused from the start, as a resume that is too old is. No news within {@code
   * patience} is good news.
   */
  public CompletionStage<Optional<Refusal>> refused(Duration patience) {
    return begun
        .copy()
        .completeOnTimeout(Optional.empty(), patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * What happens, until the watch ends or the stream is closed. To be taken once.
   *
   * @param written each event's bytes
   */
  public ByteStream bytes(Function<WatchEvent, byte[]> written) {
    return new ByteStream() {
      @Override
      public void start(Runnable ready) {
        synchronized (lock) {
          reader = ready;
        }
      }

      @Override
      public Next next() {
        WatchEvent event;
        synchronized (lock) {
          event = waiting.poll();
          if (event == null) {
            return ended ? END : LATER;
          }
        }
        return new Bytes(written.apply(event));
      }

      @Override
      public void close() {
        WatchFeed.this.close();
      }
    };
  }

  @Override
  public void onEvent(WatchEvent event) {
    Runnable awaiting;
    synchronized (lock) {
      if (ended) {
        return;
      }
      bounded |= event.getType() == WatchType.SYNCED;
      hold(event);
      awaiting = reader;
    }
    begun.complete(Optional.empty());
    awaiting.run();
  }

  private void hold(WatchEvent event) {
    if (bounded && waiting.size() >= CHANGES_MAX) {
      ended = true;
      var slow = "the client reads more slowly than things change; resume from the last index";
      waiting.add(fault.apply(new Refusal(Refusal.Kind.UNAVAILABLE, slow)));
    } else {
      waiting.add(event);
    }
  }

  @Override
  public void onEnd(Refusal cause) {
    Runnable awaiting;
    synchronized (lock) {
      if (ended) {
        return;
      }
      ended = true;
      waiting.add(fault.apply(cause));
      awaiting = reader;
    }
    begun.complete(Optional.of(cause));
    awaiting.run();
  }

  /** Ends the watch; idempotent. */
  @Override
  public void close() {
    ControlPlane.Subscription running;
    synchronized (lock) {
      ended = true;
      waiting.clear();
      running = subscription;
      subscription = null;
    }
    if (running != null) {
      running.close();
    }
  }

  private void subscribed(ControlPlane.Subscription started) {
    boolean needed;
    synchronized (lock) {
      needed = !ended || !waiting.isEmpty();
      if (needed) {
        subscription = started;
      }
    }
    if (!needed) {
      started.close();
    }
  }
}
