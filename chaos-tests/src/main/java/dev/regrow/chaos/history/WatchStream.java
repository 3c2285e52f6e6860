package dev.regrow.chaos.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Whether a watch of stored objects told every change, in order, each once. What is not stored, as
 * status, is not promised and must be left out by the caller.
 */
public final class WatchStream {

  private WatchStream() {}

  /**
   * One change of one object.
   *
   * @param index of the store; one transaction may change several objects at the same index
   */
  public record Change(long index, String key) {}

  /**
   * @param since where the watch began; changes up to it are not told
   * @param told in the order in which they arrived, over all resumptions
   * @param acknowledged to the clients that made them, in any order
   * @param until up to which index the watch surely came; later changes may still be under way
   * @return each fault as a sentence
   */
  public static List<String> faults(
      long since, List<Change> told, Collection<Change> acknowledged, long until) {
    var faults = new ArrayList<String>();
    Set<Change> seen = new HashSet<>();
    long last = since;
    for (Change change : told) {
      if (change.index() <= since) {
        faults.add("%s was told to a watch since %d".formatted(change, since));
      } else if (!seen.add(change)) {
        faults.add("%s was told twice".formatted(change));
      } else if (change.index() < last) {
        faults.add("%s was told after index %d".formatted(change, last));
      }
      last = Math.max(last, change.index());
    }
    acknowledged.stream()
        .filter(change -> change.index() > since && change.index() <= until)
        .filter(change -> !seen.contains(change))
        .map(change -> "%s was acknowledged and never told".formatted(change))
        .sorted()
        .forEach(faults::add);
    return faults;
  }
}
