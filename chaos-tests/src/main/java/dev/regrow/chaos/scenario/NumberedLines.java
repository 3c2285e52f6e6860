package dev.regrow.chaos.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * What a counting program wrote: 0, 1, 2, … one a line, from 0 again with each attempt.
 *
 * @param attempts how often it began at 0
 * @param last the last whole number; -1 when there is none
 * @param faults each gap and each duplicate as a sentence
 */
public record NumberedLines(int attempts, int last, List<String> faults) {

  /** Reads a log; its last line may be half there. */
  public static NumberedLines read(String log) {
    var faults = new ArrayList<String>();
    int attempts = 0;
    int last = -1;
    String whole = log.substring(0, log.lastIndexOf('\n') + 1);
    for (String line : whole.lines().toList()) {
      if (!line.matches("[0-9]{1,9}")) {
        faults.add("\"%s\" stands after %d".formatted(line, last));
        continue;
      }
      int number = Integer.parseInt(line);
      if (number == 0) {
        attempts++;
      } else if (number != last + 1) {
        faults.add("%d stands after %d".formatted(number, last));
      }
      last = number;
    }
    return new NumberedLines(attempts, last, List.copyOf(faults));
  }
}
