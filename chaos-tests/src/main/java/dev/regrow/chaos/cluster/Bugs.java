package dev.regrow.chaos.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a node's log calls a bug of its own. Pure. */
final class Bugs {

  /** A line that is no further one of an event before it. */
  private static final Pattern BEGINS = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T");

  private Bugs() {}

  /** Each with the stack that follows it. */
  static List<String> in(List<String> log) {
    var bugs = new ArrayList<String>();
    boolean inBug = false;
    for (var line : log) {
      if (BEGINS.matcher(line).lookingAt()) {
        inBug = line.contains(" ERROR ") && line.contains(": A bug ");
        if (inBug) {
          bugs.add(line);
        }
      } else if (inBug) {
        bugs.set(bugs.size() - 1, bugs.get(bugs.size() - 1) + "\n" + line);
      }
    }
    return bugs;
  }
}
