package dev.regrow.core.store;

import java.util.List;

/**
 * Entries in key order, as they all were at {@code index}.
 *
 * @param more whether the limit cut the answer short
 */
public record RangeResult(List<Entry> entries, long index, boolean more) {

  public RangeResult {
    entries = List.copyOf(entries);
  }
}
