package dev.regrow.chaos.history;

import java.util.List;

/**
 * Whether two processes of a slot ever lived at the same time, told by the processes themselves:
 * each takes a lock of the whole host as its first act and holds it until its end, so one that
 * fails to get it has met another. No report of any node is asked.
 */
public final class Exclusivity {

  private Exclusivity() {}

  /**
   * @param starts how many processes got the lock
   * @param overlaps those that did not, each in its own words
   */
  public record Verdict(int starts, List<String> overlaps) {}

  /**
   * @param stamps what the processes wrote, a line each: {@code started TIME} or {@code overlap
   *     TIME}; its last line may be half there
   * @throws IllegalArgumentException on any other line: a witness nobody understands is no witness
   */
  public static Verdict judge(String stamps) {
    var lines = stamps.substring(0, stamps.lastIndexOf('\n') + 1).lines().toList();
    lines.stream()
        .filter(line -> !line.matches("(started|overlap) \\d+"))
        .findFirst()
        .ifPresent(
            line -> {
              throw new IllegalArgumentException("no stamp: \"" + line + "\"");
            });
    var overlaps = lines.stream().filter(line -> line.startsWith("overlap")).toList();
    return new Verdict(lines.size() - overlaps.size(), overlaps);
  }
}
