package dev.regrow.runtime.seccomp;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is allowed, by name and for one architecture by number.
 *
 * @param known all numbers of the architecture
 * @param allowed those that are allowed, and when
 */
record Rules(Map<String, Integer> known, TreeMap<Integer, Condition> allowed) {

  /**
   * @param table lines of "name number"
   * @param list lines of names, or "name: condition"
   */
  static Rules parse(String table, String list) {
    var known = new TreeMap<String, Integer>();
    table
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split(" ", -1))
        .forEach(parts -> known.put(parts[0], Integer.valueOf(parts[1])));
    var allowed = new TreeMap<Integer, Condition>();
    list.lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .forEach(line -> allow(line, known, allowed));
    return new Rules(known, allowed);
  }

  private static void allow(
      String line, Map<String, Integer> known, Map<Integer, Condition> allowed) {
    int colon = line.indexOf(':');
    var names = colon < 0 ? line : line.substring(0, colon);
    var condition = colon < 0 ? Condition.ALWAYS : Condition.parse(line.substring(colon + 1));
    for (var name : names.strip().split("\\s+", -1)) {
      var number = known.get(name);
      if (number != null) { // An architecture need not have it: arm64 has no open, only openat.
        allowed.put(number, condition);
      }
    }
  }

  /** The one after the largest known: what is newer gets ENOSYS. */
  int firstUnknown() {
    return known.values().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
  }
}
