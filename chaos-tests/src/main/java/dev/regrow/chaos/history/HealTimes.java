package dev.regrow.chaos.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long it took to heal, each time. */
public final class HealTimes {

  private final List<Duration> times = new ArrayList<>();

  public void add(Duration time) {
    times.add(time);
  }

  /** Of an even number of times, the longer of the two in the middle. */
  public Duration median() {
    return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
  }

  public Duration max() {
    return times.stream().max(Duration::compareTo).orElseThrow();
  }

  /** The one that was measured last. */
  public Duration last() {
    return times.get(times.size() - 1);
  }

  /** In the order in which they were measured. */
  public List<Duration> all() {
    return List.copyOf(times);
  }

  @Override
  public String toString() {
    return times.isEmpty()
        ? "never healed"
        : "healed %d times: median %d ms, max %d ms %s"
            .formatted(
                times.size(),
                median().toMillis(),
                max().toMillis(),
                times.stream().map(Duration::toMillis).toList());
  }
}
