package dev.regrow.actors.content;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Decides which contents may go: those that no revision has used for long. Not at once: a revision
 * may be about to be made of one. Pure.
 *
 * @param since the key of each content that no revision uses, and when that was first seen
 */
record Unused(Map<String, Long> since) {

  static final Unused NONE = new Unused(Map.of());

  /** Longer than any request is under way. */
  static final long KEPT_MILLIS = 10 * 60_000;

  Unused {
    since = Map.copyOf(since);
  }

  /**
   * What is known after another look.
   *
   * @param kept the keys of all contents
   * @param used the keys of those that revisions use
   */
  Unused looked(Set<String> kept, Set<String> used, long nowMillis) {
    var next = new HashMap<String, Long>();
    for (var key : kept) {
      if (!used.contains(key)) {
        next.put(key, since.getOrDefault(key, nowMillis));
      }
    }
    return new Unused(next);
  }

  /** Whether it may go. */
  boolean over(String key, long nowMillis) {
    return nowMillis - since.getOrDefault(key, nowMillis) >= KEPT_MILLIS;
  }
}
