package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.Action;
import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Histories of a register whose workings, and whose bug, are known. */
final class Histories {

  /** What is wrong with the register. */
  enum Bug {
    NONE,
    /** A crash loses what was acknowledged just before. */
    ACKNOWLEDGES_BEFORE_FSYNC,
    /** Reads are answered by a replica that is behind. */
    READS_FROM_A_STALE_REPLICA,
    /** A compare-and-set writes without comparing. */
    DOES_NOT_COMPARE,
    /** A write whose node died before it was agreed on is seen, then taken back. */
    SHOWS_WHAT_IS_NOT_AGREED_ON,
    /** Two sides of a partition both take writes; in the end one side's are gone. */
    SPLITS_IN_TWO
  }

  private static final int CLIENTS = 4;
  private static final int PAUSE_MAX = 20;
  private static final int LATENCY_MAX = 30;
  private static final double UNKNOWN = 0.05;

  private record Planned(int client, Action action, long invoked, long effect, long completed) {}

  private final Bug bug;
  private final Random random;
  private final List<@Nullable String> values = new ArrayList<>();
  private @Nullable String otherSide;

  private Histories(Bug bug, long seed) {
    this.bug = bug;
    this.random = new Random(seed);
    values.add(null);
  }

  /** A history of one key, of four clients. */
  static List<Operation> of(Bug bug, long seed, int operationsOfEach) {
    return new Histories(bug, seed).make(operationsOfEach);
  }

  private List<Operation> make(int operationsOfEach) {
    var planned = plan(operationsOfEach);
    planned.sort(Comparator.comparingLong(Planned::effect));
    int crash = planned.size() / 2;
    var history = new ArrayList<Operation>();
    for (int i = 0; i < planned.size(); i++) {
      if (i == crash && bug == Bug.ACKNOWLEDGES_BEFORE_FSYNC) {
        lose(3);
      }
      boolean apart = bug == Bug.SPLITS_IN_TWO && i > planned.size() / 3 && i < crash;
      if (i == planned.size() / 3) {
        otherSide = current();
      }
      history.add(execute(planned.get(i), apart && planned.get(i).client() == 0));
    }
    return history;
  }

  private List<Planned> plan(int operationsOfEach) {
    var planned = new ArrayList<Planned>();
    int fresh = 0;
    for (int client = 0; client < CLIENTS; client++) {
      long now = random.nextInt(PAUSE_MAX);
      for (int i = 0; i < operationsOfEach; i++) {
        long latency = 1L + random.nextInt(LATENCY_MAX);
        long effect = now + random.nextInt((int) latency + 1);
        planned.add(new Planned(client, action("v" + ++fresh), now, effect, now + latency));
        now += latency + random.nextInt(PAUSE_MAX);
      }
    }
    return planned;
  }

  private Action action(String fresh) {
    return switch (random.nextInt(4)) {
      case 0 -> new Write(random.nextInt(10) == 0 ? null : fresh);
      case 1 -> new CompareAndSet(null, fresh); // What to expect is known when it takes effect.
      default -> new Read(null);
    };
  }

  private Operation execute(Planned planned, boolean onTheOtherSide) {
    boolean unknown = random.nextDouble() < UNKNOWN;
    if (unknown && random.nextBoolean() && !(planned.action() instanceof Read)) {
      return end(planned, planned.action(), Outcome.UNKNOWN); // It never takes effect.
    }
    if (planned.action() instanceof Write write) {
      set(write.value(), onTheOtherSide);
      return end(planned, write, unknown ? Outcome.UNKNOWN : Outcome.OK);
    }
    if (planned.action() instanceof CompareAndSet swap) {
      return swap(planned, swap.value(), unknown, onTheOtherSide);
    }
    var seen = new Read(onTheOtherSide ? otherSide : read());
    return end(planned, seen, unknown ? Outcome.UNKNOWN : Outcome.OK);
  }

  private Operation swap(
      Planned planned, @Nullable String value, boolean unknown, boolean onTheOtherSide) {
    String there = onTheOtherSide ? otherSide : current();
    String expected = random.nextInt(3) == 0 ? "something else" : there;
    var swap = new CompareAndSet(expected, value);
    boolean same = Objects.equals(expected, there) || bug == Bug.DOES_NOT_COMPARE;
    if (same) {
      set(value, onTheOtherSide);
    }
    if (unknown) {
      return end(planned, swap, Outcome.UNKNOWN);
    }
    return end(planned, swap, same ? Outcome.OK : Outcome.DIFFERED);
  }

  private void set(@Nullable String value, boolean onTheOtherSide) {
    if (onTheOtherSide) {
      otherSide = value;
    } else {
      values.add(value);
    }
  }

  private @Nullable String read() {
    if (bug == Bug.READS_FROM_A_STALE_REPLICA && random.nextInt(4) == 0) {
      return values.get(Math.max(0, values.size() - 3));
    }
    if (bug == Bug.SHOWS_WHAT_IS_NOT_AGREED_ON && random.nextInt(8) == 0) {
      return "never agreed on";
    }
    return current();
  }

  private @Nullable String current() {
    return values.get(values.size() - 1);
  }

  private void lose(int writes) {
    for (int i = 0; i < writes && values.size() > 1; i++) {
      values.remove(values.size() - 1);
    }
  }

  private static Operation end(Planned planned, Action action, Outcome outcome) {
    long completed = outcome == Outcome.UNKNOWN ? Operation.NEVER : planned.completed();
    return new Operation(planned.client(), "key", action, outcome, planned.invoked(), completed);
  }
}
