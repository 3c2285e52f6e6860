package dev.regrow.runtime.logs;

import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Decides which attempts' logs are too many. */
final class LogRetention {

  private LogRetention() {}

  /**
   * @param bytesByAttempt what is kept
   * @return those to drop: the oldest first, never the youngest
   */
  static Set<Integer> surplus(
      SortedMap<Integer, Long> bytesByAttempt, int maxAttempts, long maxBytes) {
    var kept = new TreeMap<>(bytesByAttempt);
    long bytes = kept.values().stream().mapToLong(Long::longValue).sum();
    var surplus = new TreeSet<Integer>();
    while (kept.size() > 1 && (kept.size() > maxAttempts || bytes > maxBytes)) {
      var oldest = kept.pollFirstEntry();
      bytes -= oldest.getValue();
      surplus.add(oldest.getKey());
    }
    return surplus;
  }
}
