package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.history.RunLog.Lane;
import dev.regrow.chaos.history.RunLog.Verdict;
import dev.regrow.chaos.lab.LabInjector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything goes wrong, several things at a time, while clients apply, scale, delete and read:
 * nothing that was acknowledged is lost, every answer is linearizable, watches tell all, exclusive
 * processes never meet, no line of a log is lost, all is as declared again, and nothing is left.
 */
@RealNodes
class ChaosRunIT {

  /** Of the reduced form, which is to find what a change breaks, not what nobody knew of. */
  private static final long SEED = -988676509;

  private static final int MACHINES = Effort.of("machines", 3, 5);
  private static final Duration LENGTH =
      Integer.getInteger("regrow.minutes") == null
          ? Duration.ofSeconds(Effort.of("seconds", 18, 180))
          : Duration.ofMinutes(Integer.getInteger("regrow.minutes"));

  /** How many seeds in a row, from the first on. */
  private static final int ROUNDS = Effort.of("rounds", 1, 1);

  @Test
  void whatever_goes_wrong_nothing_promised_is_broken(@TempDir Path folder) {
    long first = Effort.isFull() ? Effort.seed("chaos run") : Effort.seedOr(SEED, "chaos run");
    var next = nextRelease(folder);
    var red = new TreeMap<Long, List<Verdict>>();
    var struck = new TreeSet<String>();

    for (long seed = first; seed < first + ROUNDS; seed++) {
      var log = ChaosRun.run(setup(seed, next));
      log.of(Lane.FAULT).forEach(fault -> struck.add(fault.kind()));
      var broken = log.verdicts().stream().filter(verdict -> !verdict.green()).toList();
      System.out.printf("seed %d: %s%n", seed, broken.isEmpty() ? "green" : "RED " + broken);
      if (!broken.isEmpty()) {
        red.put(seed, broken);
      }
    }

    System.out.printf("%d kinds of faults struck: %s%n", struck.size(), struck);
    assertThat(red).as("run again what -Dregrow.seed=SEED draws").isEmpty();
    if (ROUNDS > 1) { // One plan may find no good moment for a kind.
      assertThat(struck).containsAll(LabInjector.kinds().stream().map(FaultKind::text).toList());
    }
  }

  private static ChaosRun.Setup setup(long seed, Optional<Path> nextRelease) {
    return new ChaosRun.Setup(
        RealNodes.Here.home(),
        seed,
        MACHINES,
        MACHINES > 3 && seed % 2 == 0 ? 5 : 3,
        LENGTH,
        EnumSet.allOf(FaultKind.class),
        nextRelease);
  }

  /** Building it takes as long as the reduced form may. */
  private static Optional<Path> nextRelease(Path folder) {
    return Effort.isFull()
        ? Optional.of(
            NextRelease.build(
                RealNodes.Here.home(), Path.of("..").toAbsolutePath().normalize(), folder))
        : Optional.empty();
  }
}
