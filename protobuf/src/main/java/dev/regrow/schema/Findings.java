package dev.regrow.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong so far, and what was written where. Without a text nothing was written anywhere,
 * and everything is judged by its value alone.
 */
final class Findings {
  private final List<Violation> violations = new ArrayList<>();
  private final Map<String, Mark> written = new HashMap<>();
  private final Set<String> unreadable = new HashSet<>();

  /** Notes that a value was written. */
  void written(Path path, Mark mark) {
    written.put(path.toString(), mark);
  }

  boolean isWritten(Path path) {
    return written.containsKey(path.toString());
  }

  /** Something was written that cannot be read at all; nothing more is said about it. */
  void unreadable(Path path, Mark mark, String message) {
    unreadable.add(path.toString());
    add(path, mark, message);
  }

  boolean isUnreadable(Path path) {
    return !unreadable.isEmpty() && unreadable.contains(path.toString());
  }

  /** Where so many values of a list stand: those that are unreadable are not among them. */
  List<Path> places(Path list, int values) {
    var places = new ArrayList<Path>(values);
    for (int index = 0; places.size() < values; index++) {
      var place = list.item(index);
      if (!isUnreadable(place)) {
        places.add(place);
      }
    }
    return places;
  }

  /** Something is wrong with the value at this path, which is in the text or would be there. */
  void add(Path path, String message) {
    add(path, markOf(path), message);
  }

  void add(Path path, Mark mark, String message) {
    if (violations.size() < Schema.MAX_VIOLATIONS) {
      violations.add(new Violation(path.toString(), mark.line(), mark.column(), message));
    }
  }

  private Mark markOf(Path path) {
    for (@Nullable Path at = path; at != null; at = at.parent()) {
      Mark mark = written.get(at.toString());
      if (mark != null) {
        return mark;
      }
    }
    return Mark.NOWHERE;
  }

  /** In the order of the text where there is one, else of discovery. */
  List<Violation> violations() {
    List<Violation> sorted = new ArrayList<>(violations);
    sorted.sort(
        (a, b) ->
            a.line() != b.line()
                ? Integer.compare(a.line(), b.line())
                : Integer.compare(a.column(), b.column()));
    return List.copyOf(sorted);
  }
}
