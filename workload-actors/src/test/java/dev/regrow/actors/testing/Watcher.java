package dev.regrow.actors.testing;

import dev.regrow.actors.control.ControlPlane.WatchSink;
import dev.regrow.actors.control.Refusal;
import dev.regrow.v1.WatchEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Waits for what a watch tells. */
public final class Watcher implements WatchSink {

  private final BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Refusal> ends = new LinkedBlockingQueue<>();

  @Override
  public void onEvent(WatchEvent event) {
    events.add(event);
  }

  @Override
  public void onEnd(Refusal cause) {
    ends.add(cause);
  }

  /** All events up to the first that is so; fails with those seen when none comes in time. */
  public List<WatchEvent> until(Predicate<WatchEvent> wanted, Duration patience)
      throws InterruptedException {
    var seen = new ArrayList<WatchEvent>();
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      var next = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new AssertionError("not told in " + patience + "; seen: " + seen);
      }
      seen.add(next);
      if (wanted.test(next)) {
        return seen;
      }
    }
  }

  public Refusal end(Duration patience) throws InterruptedException {
    var end = ends.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (end == null) {
      throw new AssertionError("the watch did not end in " + patience);
    }
    return end;
  }
}
