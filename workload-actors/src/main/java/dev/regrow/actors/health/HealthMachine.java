package dev.regrow.actors.health;

import dev.regrow.actors.health.Checks.Check;
import dev.regrow.actors.health.Checks.Kind;
import dev.regrow.runtime.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What follows from the answers of one attempt's probes. Pure.
 *
 * <pre>
 *  starting ──startup well, or there is none──▶ started: asks readiness and liveness
 *     └──not well for failures × interval──▶ condemned
 *  started:  ready ◀──readiness well──▶ failures in a row ──▶ not ready
 *            liveness: failures in a row ──▶ condemned
 * </pre>
 *
 * Who is not well for the first time yet is asked again sooner than its interval says, at waits
 * that double: a start is noticed at once, and costs little.
 */
public final class HealthMachine {

  private static final Duration EAGER = Duration.ofMillis(50);

  private HealthMachine() {}

  /**
   * What is known of an attempt.
   *
   * @param started whether its startup probe has succeeded
   * @param ready as far as is known
   * @param sinceNanos when it was first asked, or taken over
   * @param tracks of the probes that are asked
   */
  public record State(
      Checks checks, boolean started, boolean ready, long sinceNanos, Map<Kind, Track> tracks) {

    public State {
      tracks = Map.copyOf(tracks);
    }
  }

  /**
   * Of one probe.
   *
   * @param everWell whether it has succeeded once
   * @param failed in a row
   * @param pause before the next question, while it has not succeeded yet
   */
  public record Track(boolean everWell, int failed, Duration pause) {
    static final Track FIRST = new Track(false, 0, EAGER);
  }

  /** What is to be done. */
  public sealed interface Effect {

    /** Ask, after this time; zero: now. */
    record Ask(Kind kind, Duration after) implements Effect {}

    /** From now on it is ready, or is not. */
    record Readiness(boolean ready, String why) implements Effect {}

    /** It is to be started again. */
    record Condemn(String why) implements Effect {}
  }

  /** A state and what comes of it. */
  public record Step(State state, List<Effect> effects) {
    public Step {
      effects = List.copyOf(effects);
    }
  }

  /** Of an attempt that runs from now on. */
  public static Step begin(Checks checks, long nowNanos) {
    var starts = checks.get(Kind.STARTUP).isPresent();
    boolean ready = !starts && checks.get(Kind.READINESS).isEmpty();
    var state = new State(checks, !starts, ready, nowNanos, Map.of());
    return starts ? ask(state, List.of(Kind.STARTUP)) : ask(state, afterStart(checks));
  }

  /**
   * Of an attempt that another agent started. Its first answer decides whether it is ready.
   *
   * @param ready until then; what another agent left is taken for ready, so that nothing changes
   *     for its clients because an agent was restarted
   */
  public static Step takeOver(Checks checks, boolean ready, long nowNanos) {
    return ask(new State(checks, true, ready, nowNanos, Map.of()), afterStart(checks));
  }

  private static List<Kind> afterStart(Checks checks) {
    return List.of(Kind.READINESS, Kind.LIVENESS).stream()
        .filter(kind -> checks.get(kind).isPresent())
        .toList();
  }

  private static Step ask(State state, List<Kind> kinds) {
    var tracks = new EnumMap<Kind, Track>(Kind.class);
    tracks.putAll(state.tracks);
    kinds.forEach(kind -> tracks.put(kind, Track.FIRST));
    return new Step(
        new State(state.checks, state.started, state.ready, state.sinceNanos, tracks),
        kinds.stream().<Effect>map(kind -> new Effect.Ask(kind, Duration.ZERO)).toList());
  }

  /** Takes in an answer; one that was not asked for changes nothing. */
  public static Step answered(State state, Kind kind, Probe.Outcome outcome, long nowNanos) {
    var track = state.tracks.get(kind);
    var check = state.checks.get(kind);
    if (track == null || check.isEmpty()) {
      return new Step(state, List.of());
    }
    return outcome.well()
        ? well(state, kind, check.get())
        : failed(state, kind, check.get(), track, outcome.message(), nowNanos);
  }

  private static Step well(State state, Kind kind, Check check) {
    if (kind == Kind.STARTUP) {
      var started =
          new State(state.checks, true, state.ready, state.sinceNanos, without(state, kind));
      var step = ask(started, afterStart(state.checks));
      return state.checks.get(Kind.READINESS).isPresent() ? step : ready(step, true, "");
    }
    var step = next(state, kind, new Track(true, 0, check.interval()), check.interval());
    return kind == Kind.READINESS ? ready(step, true, "") : step;
  }

  private static Step failed(
      State state, Kind kind, Check check, Track track, String why, long nowNanos) {
    int failed = track.failed == Integer.MAX_VALUE ? track.failed : track.failed + 1;
    var wait = shorter(track.pause, check.interval());
    var step =
        next(
            state,
            kind,
            new Track(track.everWell, failed, shorter(wait.multipliedBy(2), check.interval())),
            wait);
    var words = "%s: %s".formatted(kind.word(), why);
    return switch (kind) {
      case STARTUP ->
          nowNanos - state.sinceNanos >= check.patience().toNanos()
              ? condemn(state, words + ", for " + check.patience().toSeconds() + " s")
              : step;
      case READINESS -> unready(step, failed, check, track, words);
      case LIVENESS ->
          failed >= check.failures()
                  && nowNanos - state.sinceNanos
                      >= check.interval().multipliedBy(check.failures() - 1L).toNanos()
              ? condemn(state, "%s, %d times in a row".formatted(words, failed))
              : step;
    };
  }

  /** Who never was ready is told of once, when that is more than a start. */
  private static Step unready(Step step, int failed, Check check, Track track, String words) {
    if (step.state.ready) {
      return failed >= check.failures() || !track.everWell ? ready(step, false, words) : step;
    }
    return failed == check.failures()
        ? with(step, step.state, new Effect.Readiness(false, words))
        : step;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Nothing is asked any more. */
  private static Step condemn(State state, String why) {
    var over = new State(state.checks, state.started, false, state.sinceNanos, Map.of());
    return new Step(over, List.of(new Effect.Condemn(why)));
  }

  private static Step next(State state, Kind kind, Track track, Duration wait) {
    var tracks = new EnumMap<Kind, Track>(Kind.class);
    tracks.putAll(state.tracks);
    tracks.put(kind, track);
    return new Step(
        new State(state.checks, state.started, state.ready, state.sinceNanos, tracks),
        List.of(new Effect.Ask(kind, wait)));
  }

  private static Map<Kind, Track> without(State state, Kind kind) {
    var tracks = new EnumMap<Kind, Track>(Kind.class);
    tracks.putAll(state.tracks);
    tracks.remove(kind);
    return tracks;
  }

  private static Step ready(Step step, boolean ready, String why) {
    var state = step.state;
    return state.ready == ready
        ? step
        : with(
            step,
            new State(state.checks, state.started, ready, state.sinceNanos, state.tracks),
            new Effect.Readiness(ready, why));
  }

  private static Step with(Step step, State state, Effect more) {
    var effects = new ArrayList<>(step.effects);
    effects.add(more);
    return new Step(state, effects);
  }
}
