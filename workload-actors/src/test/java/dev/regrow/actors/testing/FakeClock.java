package dev.regrow.actors.testing;

import dev.regrow.actors.instance.NodeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Both clocks move only when told to. */
public final class FakeClock implements NodeClock {

  private final AtomicLong nanos = new AtomicLong(Duration.ofHours(1).toNanos());

  public void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  @Override
  public long bootNanos() {
    return nanos.get();
  }

  @Override
  public Instant wall() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos.get());
  }
}
