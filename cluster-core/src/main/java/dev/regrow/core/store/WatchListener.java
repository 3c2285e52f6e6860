package dev.regrow.core.store;

import java.util.List;

/** Learns what changed. */
public interface WatchListener {

  /** All changes below the prefix that one index made, in key order. */
  void onChanges(long index, List<Change> changes);

  /**
   * The store no longer remembers the wanted index: list again, then watch from the list's index.
   */
  void onGone(long oldestIndex);

  /** One key was put ({@code after}) or deleted; {@code before} is what it was, if it was. */
  record Change(
      String key,
      @org.jspecify.annotations.Nullable Entry before,
      @org.jspecify.annotations.Nullable Entry after) {}
}
