package dev.regrow.chaos.simulation;

import dev.regrow.chaos.simulation.Event.Action;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Runs schedules, and makes those that fail as short as they get. */
public final class Simulation {

  /** Runs of one shrinking: a schedule of 60 events gets short in some hundred. */
  private static final int TRIES = 400;

  private Simulation() {}

  /**
   * What a run came to.
   *
   * @param digest equal for equal runs
   * @param broken promises, in words; empty: all were kept
   * @param script what was done, one line each
   */
  public record Outcome(
      long seed, long digest, int operations, int faults, List<String> broken, String script) {
    public Outcome {
      broken = List.copyOf(broken);
    }
  }

  /** Draws a schedule by the seed and runs it. */
  public static Outcome run(long seed, int operations, int faults, Set<Bug> bugs) {
    return outcome(Schedule.draw(seed, operations, faults, bugs), bugs);
  }

  private static Outcome outcome(Schedule schedule, Set<Bug> bugs) {
    var run = new Run(schedule, bugs);
    run.play();
    var events = schedule.events();
    int faults = (int) events.stream().map(Event::action).filter(Action::isFault).count();
    return new Outcome(
        schedule.seed(),
        run.digest(),
        events.size() - faults,
        faults,
        run.broken().stream().map(Audit.Violation::toString).toList(),
        schedule.script());
  }

  /** The same failure with as little as it takes; the same outcome if it does not fail. */
  public static Outcome shrunk(long seed, int operations, int faults, Set<Bug> bugs) {
    var schedule = Schedule.draw(seed, operations, faults, bugs);
    var promise = promise(schedule, bugs);
    if (promise.isEmpty()) {
      return outcome(schedule, bugs);
    }
    int tries = 0;
    int chunk = Math.max(1, schedule.events().size() / 2);
    while (chunk >= 1 && tries < TRIES) {
      boolean shorter = false;
      for (int from = 0; from < schedule.events().size() && tries < TRIES; ) {
        var fewer = new ArrayList<>(schedule.events());
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        tries++;
        if (promise(schedule.with(fewer), bugs).equals(promise)) {
          schedule = schedule.with(fewer);
          shorter = true;
        } else {
          from += chunk;
        }
      }
      chunk = shorter ? chunk : chunk / 2;
    }
    return outcome(schedule, bugs);
  }

  private static Optional<String> promise(Schedule schedule, Set<Bug> bugs) {
    var run = new Run(schedule, bugs);
    run.play();
    return run.broken().stream().map(Audit.Violation::promise).findFirst();
  }

  /** The first seed from here on that shows one of these bugs, and what it broke. */
  public static Optional<Outcome> find(Set<Bug> bugs, long fromSeed, int runs) {
    for (long seed = fromSeed; seed < fromSeed + runs; seed++) {
      var outcome = run(seed, 50, 10, EnumSet.copyOf(bugs));
      if (!outcome.broken().isEmpty()) {
        return Optional.of(outcome);
      }
    }
    return Optional.empty();
  }
}
