package dev.regrow.core.store;

import dev.regrow.core.store.WatchListener.Change;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The last changes, for watches: bounded by number and by size, so that memory is. */
public final class ChangeHistory {

  /**
   * How much is remembered.
   *
   * @param transactions at most so many
   * @param bytes at most so many of values, old and new ones
   */
  public record Bound(int transactions, long bytes) {
    /** Enough for a listener that is some seconds late, small enough for a small node. */
    public static final Bound DEFAULT = new Bound(20_000, 8L << 20);
  }

  /** About what one change costs beside its values. */
  private static final int OVERHEAD_BYTES = 160;

  private final Bound bound;
  private final NavigableMap<Long, List<Change>> byIndex = new TreeMap<>();
  private long oldest;
  private long bytes;

  ChangeHistory(Bound bound) {
    this.bound = bound;
  }

  void add(long index, List<Change> changes) {
    byIndex.put(index, changes);
    bytes += size(changes);
    while (byIndex.size() > bound.transactions() || (bytes > bound.bytes() && byIndex.size() > 1)) {
      var first = byIndex.firstEntry();
      byIndex.remove(first.getKey());
      bytes -= size(first.getValue());
      oldest = first.getKey();
    }
  }

  /** The changes after an index; empty if some of them are forgotten. */
  Optional<Map<Long, List<Change>>> after(long index) {
    return index < oldest
        ? Optional.empty()
        : Optional.of(Collections.unmodifiableMap(byIndex.tailMap(index, false)));
  }

  /** Every change after this index is remembered. */
  long oldest() {
    return oldest;
  }

  void forgetUpTo(long index) {
    byIndex.clear();
    bytes = 0;
    oldest = index;
  }

  private static long size(List<Change> changes) {
    long sum = OVERHEAD_BYTES;
    for (Change change : changes) {
      sum += OVERHEAD_BYTES + change.key().length() + size(change.before()) + size(change.after());
    }
    return sum;
  }

  private static long size(@org.jspecify.annotations.Nullable Entry entry) {
    return entry == null ? 0 : entry.value().size();
  }
}
