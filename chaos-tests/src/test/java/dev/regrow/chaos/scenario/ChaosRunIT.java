package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.history.RunLog.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
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

  @Test
  void whatever_goes_wrong_nothing_promised_is_broken(@TempDir Path folder) {
    long seed = Effort.isFull() ? Effort.seed("chaos run") : Effort.seedOr(SEED, "chaos run");
    var setup =
        new ChaosRun.Setup(
            RealNodes.Here.home(),
            seed,
            MACHINES,
            MACHINES > 3 && seed % 2 == 0 ? 5 : 3,
            LENGTH,
            EnumSet.allOf(FaultKind.class),
            nextRelease(folder));

    var log = ChaosRun.run(setup);

    assertThat(log.verdicts())
        .as("run again what -Dregrow.seed=%d draws", seed)
        .allMatch(Verdict::green);
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
