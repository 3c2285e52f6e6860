package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** When changes were taken, told by those that were acknowledged. */
public final class Availability {

  private Availability() {}

  /**
   * A time in which changes were taken throughout, or none was.
   *
   * @param from since the beginning
   */
  public record Stretch(Duration from, Duration until, boolean up) {
    public Duration lasted() {
      return until.minus(from);
    }
  }

  /**
   * Cuts the time into pieces; in each a change was acknowledged or not.
   *
   * @param beganNanos by the clock of the operations
   * @param length of the whole
   * @param piece of which a client that is served does one at least
   * @return in the order of time, up and down in turn
   */
  public static List<Stretch> of(
      List<Operation> history, long beganNanos, Duration length, Duration piece) {
    int pieces = (int) (length.toNanos() / piece.toNanos());
    var up = new BitSet(pieces);
    history.stream()
        .filter(each -> each.outcome() == Outcome.OK && !(each.action() instanceof Operation.Read))
        .mapToLong(each -> each.completedNanos() - beganNanos)
        .filter(at -> at >= 0)
        .forEach(at -> up.set((int) (at / piece.toNanos())));
    var stretches = new ArrayList<Stretch>();
    for (int from = 0, until; from < pieces; from = until) {
      boolean is = up.get(from);
      int next = is ? up.nextClearBit(from) : up.nextSetBit(from);
      until = next < 0 ? pieces : Math.min(next, pieces);
      stretches.add(new Stretch(piece.multipliedBy(from), piece.multipliedBy(until), is));
    }
    return stretches;
  }

  /** The part of the time in which changes were taken, of 1. */
  public static double share(List<Stretch> stretches) {
    var all = sum(stretches);
    var up = sum(stretches.stream().filter(Stretch::up).toList());
    return all.isZero() ? 0 : (double) up.toNanos() / all.toNanos();
  }

  private static Duration sum(List<Stretch> stretches) {
    return stretches.stream().map(Stretch::lasted).reduce(Duration.ZERO, Duration::plus);
  }

  /** The longest time in which none was; 0: always one was. */
  public static Duration longestDown(List<Stretch> stretches) {
    return stretches.stream()
        .filter(each -> !each.up())
        .map(Stretch::lasted)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
