package dev.regrow.chaos.history;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * All that happened in a run, on one line of time, and what the checkers say of it.
 *
 * @param name of the run
 * @param seed that draws the same again; 0 if nothing was drawn
 * @param command that runs the same again
 * @param began by the wall clock
 * @param events by the time at which they begin
 */
public record RunLog(
    String name,
    long seed,
    String command,
    Instant began,
    Duration length,
    List<Event> events,
    List<Verdict> verdicts) {

  /** What an event is about. */
  public enum Lane {
    /** Row: the machines or workloads; kind: of the fault; text: what was done. */
    FAULT,
    /** Row: the slot; kind: the node, until it isn't there any more; text: instance and attempt. */
    INSTANCE,
    /** Row: what was asked; kind: {@code up} or {@code down}; text: why it is down. */
    AVAILABILITY,
    /** Row: what healed; kind: of the fault; from the fault's end until all was as declared. */
    HEAL,
    /** Row: who says it; kind: {@code note}. */
    NOTE
  }

  /**
   * Something that lasted, or {@code from} equals {@code until}.
   *
   * @param from since the beginning
   */
  public record Event(
      Lane lane, String row, String kind, Duration from, Duration until, String text) {
    public Duration lasted() {
      return until.minus(from);
    }
  }

  /**
   * What one checker says.
   *
   * @param text what it looked at, or what is wrong
   */
  public record Verdict(String checker, boolean green, String text) {}

  public RunLog {
    events =
        events.stream()
            .sorted(Comparator.comparing(Event::from).thenComparing(Event::row))
            .toList();
    verdicts = List.copyOf(verdicts);
  }

  public List<Event> of(Lane lane) {
    return events.stream().filter(event -> event.lane() == lane).toList();
  }

  /** Whether all checkers are content. */
  public boolean green() {
    return verdicts.stream().allMatch(Verdict::green);
  }
}
