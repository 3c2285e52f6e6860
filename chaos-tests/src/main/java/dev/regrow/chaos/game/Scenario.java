package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Plan;
import dev.regrow.chaos.fault.Plan.Planned;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is to go wrong, and what is to hold all the same.
 *
 * @param apply manifests to apply first, by the names of files beside the scenario
 * @param steady how long every hypothesis must hold before the first fault
 * @param faults with their times, counted from when the steady state was seen
 */
public record Scenario(
    String name,
    String description,
    Cluster cluster,
    List<String> apply,
    Duration steady,
    List<Hypothesis> hypotheses,
    List<Planned> faults,
    List<TimedChange> changes,
    Limits limits) {

  public Scenario {
    apply = List.copyOf(apply);
    hypotheses = List.copyOf(hypotheses);
    faults = List.copyOf(faults);
    changes = List.copyOf(changes);
  }

  /** On what it is played. */
  public sealed interface Cluster {}

  /** A lab on this machine, made for this run and gone after it. */
  public record Own(int nodes) implements Cluster {}

  /** The cluster of the context, which goes on afterwards. */
  public record Attached() implements Cluster {}

  /** What people do meanwhile, and when. */
  public record TimedChange(Duration at, Change change) {}

  /** What people do to a workload. */
  public sealed interface Change {}

  /**
   * @param file beside the scenario
   */
  public record Apply(String file) implements Change {
    @Override
    public String toString() {
      return "apply " + file;
    }
  }

  /** Replaces every instance, without a change. */
  public record Restart(String workload) implements Change {
    @Override
    public String toString() {
      return "restart " + workload;
    }
  }

  /** Changes how many there are. */
  public record Scale(String workload, int replicas) implements Change {
    @Override
    public String toString() {
      return "scale " + workload + " to " + replicas;
    }
  }

  /**
   * What a run may cost.
   *
   * @param time after which it is given up and all is undone
   * @param blastRadius what may be struck at the same time; empty: all of it
   * @param allow kinds of faults; all others are refused
   */
  public record Limits(Duration time, Optional<BlastRadius> blastRadius, Set<FaultKind> allow) {
    public Limits {
      allow = Set.copyOf(allow);
    }
  }

  /** The faults alone. */
  public Plan plan() {
    return new Plan(lastsUntil(), faults);
  }

  /** When the last fault is over and the last change is made. */
  public Duration lastsUntil() {
    return Stream.concat(faults.stream().map(Planned::until), changes.stream().map(TimedChange::at))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }
}
