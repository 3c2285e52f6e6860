package dev.regrow.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The control plane in one thread: it keeps its promises, and who breaks them is seen. */
class SimulationTest {

  private static final int OPERATIONS = 50;
  private static final int FAULTS = 10;

  @Test
  void equal_seeds_run_equally_and_others_differently() {
    var first = Simulation.run(4, OPERATIONS, FAULTS, Set.of());
    var again = Simulation.run(4, OPERATIONS, FAULTS, Set.of());
    var other = Simulation.run(5, OPERATIONS, FAULTS, Set.of());

    assertThat(again.digest()).isEqualTo(first.digest());
    assertThat(again.script()).isEqualTo(first.script());
    assertThat(other.digest()).isNotEqualTo(first.digest());
  }

  @Test
  void every_promise_is_kept_whatever_fails() {
    for (long seed = 1; seed <= Long.getLong("regrow.schedules", 25); seed++) {
      var outcome = Simulation.run(seed, OPERATIONS, FAULTS, Set.of());

      assertThat(outcome.broken()).as("seed %d", seed).isEmpty();
      assertThat(outcome.operations()).isEqualTo(OPERATIONS);
      assertThat(outcome.faults()).isEqualTo(FAULTS);
    }
  }

  /** From the seeds on that showed them once; when decisions change, others will. */
  @ParameterizedTest
  @CsvSource({
    "ACKNOWLEDGE_BEFORE_FSYNC, 2",
    "SKIP_EPOCH_CHECK, 60",
    "IGNORE_LEASE, 20",
    "DROP_WATCH_EVENT, 1",
    "DOUBLE_START, 3",
    "VOTE_FROM_EMPTY_LOG, 3",
    "TWO_CLUSTERS, 6"
  })
  void a_bug_that_was_put_in_is_found(Bug bug, long seed) {
    var found = Simulation.find(EnumSet.of(bug), seed, 600);

    assertThat(found).as("%s in 600 schedules from seed %d", bug, seed).isPresent();
  }

  @Test
  void what_fails_is_told_with_its_seed_and_as_short_a_script_as_shows_it() {
    var out = new ByteArrayOutputStream();
    var command = new SimulateCommand(stream(out), stream(new ByteArrayOutputStream()));

    int exit = command.run(List.of("--bug", "double-start", "--schedules", "50"));

    var told = out.toString(StandardCharsets.UTF_8);
    assertThat(exit).isEqualTo(1);
    assertThat(told).contains("an instance has one process", "again: regrow chaos simulate --seed");
    assertThat(told.lines().filter(line -> line.startsWith("  at "))).hasSizeLessThan(6);
  }

  @Test
  void a_fleet_and_schedules_are_told_to_programs_with_plain_numbers() {
    var out = new ByteArrayOutputStream();
    var command = new SimulateCommand(stream(out), stream(new ByteArrayOutputStream()));

    assertThat(command.run(List.of("--nodes", "20", "--workloads", "10", "-o", "json"))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("\"placementsPerSecond\": ?[1-9][0-9]*[,}]")
        .containsPattern("\"placed\": ?100[,}]");

    out.reset();
    assertThat(command.run(List.of("--schedules", "1", "-o", "json"))).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("\"schedulesPerMinute\": ?[1-9][0-9]*[,}]");
    assertThat(command.run(List.of("-o", "xml"))).isEqualTo(2);
  }

  @Test
  void a_fleet_is_placed_nearly_as_evenly_as_by_one_who_knows_all() {
    var result = FleetSimulation.run(new FleetSimulation.Size(300, 600, 10, 7));

    assertThat(result.placed()).isEqualTo(6_000);
    assertThat(result.nowhere()).isZero();
    assertThat(result.quality().mean()).isBetween(0.8, 0.95);
    assertThat(result.refused()).as("old summaries are wrong at times").isPositive();
    assertThat(result.quality().deviation() - result.greedy().deviation()).isLessThan(0.1);
    assertThat(result.quality().spreadError()).isLessThan(0.01);
  }

  private static PrintStream stream(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }
}
