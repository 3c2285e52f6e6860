package dev.regrow.core.model;

import java.util.Comparator;

/** Where an event stands among those of its workload: causes before consequences. */
public record EventKey(long timeMillis, long sequence) implements Comparable<EventKey> {

  private static final Comparator<EventKey> ORDER =
      Comparator.comparingLong(EventKey::timeMillis).thenComparingLong(EventKey::sequence);

  @Override
  public int compareTo(EventKey other) {
    return ORDER.compare(this, other);
  }

  /**
   * The next key for something at {@code timeMillis}: never before this one, whatever clocks say.
   */
  public EventKey next(long timeMillis) {
    return new EventKey(Math.max(this.timeMillis, timeMillis), sequence + 1);
  }
}
