package dev.regrow.chaos.game;

import dev.regrow.chaos.game.Judge.Look;
import dev.regrow.chaos.report.RunReport.FaultSpan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long after a fault began all was as declared again, for each fault that hurt. */
final class Healing {

  private Healing() {}

  /**
   * @param faults in the order in which they began
   * @param looks in the order of time
   */
  static List<Duration> times(List<FaultSpan> faults, List<Look> looks) {
    var times = new ArrayList<Duration>();
    for (int i = 0; i < faults.size(); i++) {
      long began = faults.get(i).fromMillis();
      long next = i + 1 < faults.size() ? faults.get(i + 1).fromMillis() : Long.MAX_VALUE;
      boolean hurt = false;
      for (Look look : looks) {
        if (look.atMillis() >= began && look.atMillis() < next) {
          if (hurt && look.asDeclared()) {
            times.add(Duration.ofMillis(look.atMillis() - began));
            break;
          }
          hurt |= !look.asDeclared();
        }
      }
    }
    return times;
  }
}
