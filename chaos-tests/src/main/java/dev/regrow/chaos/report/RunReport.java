package dev.regrow.chaos.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * All that one run of a scenario showed. Times are milliseconds since the run began.
 *
 * @param cluster on what it ran, in words
 * @param reason why it ended as it did, a sentence; "" when all held
 * @param lanes what instances and nodes were, from moment to moment
 * @param heals how long after each fault that hurt all was as declared again
 * @param notes what else is worth knowing, by time
 * @param again the command that runs the same once more
 */
public record RunReport(
    String scenario,
    String description,
    long seed,
    String cluster,
    Instant startedAt,
    long durationMillis,
    Outcome outcome,
    String reason,
    List<Verdict> verdicts,
    List<FaultSpan> faults,
    List<Lane> lanes,
    List<Probe> probes,
    List<Duration> heals,
    List<Note> notes,
    String again) {

  public RunReport {
    verdicts = List.copyOf(verdicts);
    faults = List.copyOf(faults);
    lanes = List.copyOf(lanes);
    probes = List.copyOf(probes);
    heals = List.copyOf(heals);
    notes = List.copyOf(notes);
  }

  /** The same, with the command that runs it once more. */
  public RunReport again(String command) {
    return new RunReport(
        scenario,
        description,
        seed,
        cluster,
        startedAt,
        durationMillis,
        outcome,
        reason,
        verdicts,
        faults,
        lanes,
        probes,
        heals,
        notes,
        command);
  }

  /** How a run ended. */
  public enum Outcome {
    /** Every hypothesis held. */
    HELD,
    /** One did not. */
    BROKEN,
    /** It was ended before its time; what had been judged by then is told. */
    ABORTED,
    /** All was not well before the first fault, so there was none. */
    NOT_BEGUN;

    /** As reports write it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  /** Whether a claim stood. */
  public enum Judgement {
    HELD,
    BROKEN,
    /** Nobody can tell: the run ended too early, or nothing was seen of it. */
    OPEN;

    /** As reports write it. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * One claim and what became of it.
   *
   * @param claim as the scenario words it
   * @param checker whether the harness makes the claim itself, for every scenario
   * @param seen what was measured, a clause
   * @param details what broke it, each a sentence; the first ones if there are many
   */
  public record Verdict(
      String claim, boolean checker, Judgement judgement, String seen, List<String> details) {
    public Verdict {
      details = List.copyOf(details);
    }
  }

  /**
   * One fault, from its first effect to its end.
   *
   * @param on what it struck
   * @param detail what exactly was done, a clause; may be ""
   */
  public record FaultSpan(
      String kind, String on, long fromMillis, long untilMillis, String detail) {}

  /** Something that was said, as of a fault that was not made. */
  public record Note(long atMillis, String text) {}

  /**
   * One instance's slot, one node or what they serve, over time.
   *
   * @param spans in order, without overlap
   */
  public record Lane(String name, Of of, List<Span> spans) {
    public Lane {
      spans = List.copyOf(spans);
    }

    /** By what they are about, then by name: web-2 before web-10. */
    public static final Comparator<Lane> IN_ORDER =
        Comparator.comparing(Lane::of)
            .thenComparing(lane -> lane.name().replaceFirst("[0-9]+$", ""))
            .thenComparing(lane -> lane.name().length())
            .thenComparing(Lane::name);

    /** What a lane is about. */
    public enum Of {
      SERVICE,
      NODE,
      INSTANCE
    }
  }

  /**
   * @param detail as "web-2 on n3, attempt 2"
   */
  public record Span(long fromMillis, long untilMillis, State state, String detail) {}

  /** What somebody was for a while. */
  public enum State {
    READY("ready"),
    /** Nobody looked whether it was ready, too. */
    RUNNING("running"),
    UNREADY("running, not ready"),
    STARTING("starting or stopping"),
    DOWN("down or backing off"),
    LOST("lost");

    private final String words;

    State(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /**
   * One probe and all that it saw.
   *
   * @param withinMillis what counts as answered in time; 0: any answer does
   */
  public record Probe(String name, String target, long withinMillis, List<Sample> samples) {
    public Probe {
      samples = List.copyOf(samples);
    }
  }

  /**
   * One question of a probe.
   *
   * @param atMillis when it was asked
   * @param tookMillis until it was answered or given up
   * @param good answered as wished and in time
   * @param why it was not good; "" when it was
   */
  public record Sample(long atMillis, double tookMillis, boolean good, String why) {}
}
