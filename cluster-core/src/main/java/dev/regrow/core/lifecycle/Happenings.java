package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Occurrence;
import java.util.ArrayList;
import java.util.List;

/**
 * What nodes said had happened, waiting to be written down together, so that a storm of restarts
 * costs one small commit now and then.
 *
 * @param entries oldest first, one per instance and reason
 * @param dropped how many more there were
 * @param dueBootMillis when to write them down
 * @param gapMillis the pause between the last two writes
 * @param lastBootMillis when they were last written down
 */
record Happenings(
    List<Entry> entries, int dropped, long dueBootMillis, long gapMillis, long lastBootMillis) {

  static final Happenings NONE = new Happenings(List.of(), 0, 0, 0, Long.MIN_VALUE / 2);

  private static final int ENTRIES_MAX = 50;
  private static final long GATHER_MILLIS = 100;
  private static final long GAP_MIN_MILLIS = 1_000;
  private static final long GAP_MAX_MILLIS = 10_000;

  /**
   * @param times how often it happened
   */
  record Entry(Occurrence occurrence, int times) {

    boolean like(Occurrence other) {
      return occurrence.instance().equals(other.instance())
          && occurrence.reason().equals(other.reason());
    }

    Occurrence asOne() {
      return times == 1
          ? occurrence
          : new Occurrence(
              occurrence.timeMillis(),
              occurrence.warning(),
              occurrence.instance(),
              occurrence.slot(),
              occurrence.node(),
              occurrence.reason(),
              occurrence.message() + " (" + times + " times)");
    }
  }

  Happenings {
    entries = List.copyOf(entries);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  Happenings plus(Occurrence occurrence, long nowBootMillis) {
    var next = new ArrayList<Entry>(entries);
    int times = 1;
    for (var entry : entries) {
      if (entry.occurrence().equals(occurrence)) {
        return this; // Told twice, not happened twice.
      }
      if (entry.like(occurrence)) {
        times += entry.times();
        next.remove(entry);
      }
    }
    boolean full = next.size() >= ENTRIES_MAX;
    if (!full) {
      next.add(new Entry(occurrence, times));
    }
    long due = entries.isEmpty() ? due(nowBootMillis) : dueBootMillis;
    return new Happenings(next, full ? dropped + 1 : dropped, due, gapMillis, lastBootMillis);
  }

  private long due(long now) {
    return Math.max(now + GATHER_MILLIS, lastBootMillis + Math.max(gapMillis, GAP_MIN_MILLIS));
  }

  /** What is to be written, oldest first. */
  List<Occurrence> toWrite() {
    return entries.stream().map(Entry::asOne).toList();
  }

  /** Written down: while they keep coming, the pauses grow. */
  Happenings written(long now) {
    boolean storm = now - lastBootMillis < 3 * Math.max(gapMillis, GAP_MIN_MILLIS);
    long gap = storm ? Math.min(GAP_MAX_MILLIS, Math.max(gapMillis, GAP_MIN_MILLIS) * 2) : 0;
    return new Happenings(List.of(), 0, 0, gap, now);
  }
}
