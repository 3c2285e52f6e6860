package dev.regrow.chaos.bench;

import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.v1.Instance;
import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How long is a killed instance away? From its death to the first instruction of the next attempt.
 */
final class HealBenchmark implements Benchmark {

  private static final String NAME = "heal";
  private static final double P50_FLOOR_MILLIS = 10;
  private static final double P99_FLOOR_MILLIS = 50;
  private static final Duration HEALED_WITHIN = Duration.ofSeconds(20);

  private final Kernel kernel = Kernel.load();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String question() {
    return "process killed (pidfd readable) -> first instruction of its replacement";
  }

  @Override
  public List<Figure> run(Setting setting) throws Exception {
    var fromDeath = new Histogram(3);
    var fromKill = new Histogram(3);
    try (var node = BenchNode.start(setting)) {
      node.apply(node.probes(NAME, setting.count()));
      List<Instance> instances = node.awaitReady(NAME, setting.count());
      int started = setting.count();
      for (Instance instance : instances) {
        started++;
        killAndMeasure(node, instance, started, fromDeath, fromKill);
      }
    }
    return List.of(
        Figure.of("instances killed once each", setting.count(), ""),
        Figure.percentile("death to next first instruction", fromDeath, 50)
            .atMost(P50_FLOOR_MILLIS),
        Figure.percentile("death to next first instruction", fromDeath, 99)
            .atMost(P99_FLOOR_MILLIS),
        Figure.percentile("death to next first instruction", fromDeath, 100),
        Figure.percentile("kill sent to next first instruction", fromKill, 50),
        Figure.percentile("kill sent to next first instruction", fromKill, 99));
  }

  private void killAndMeasure(
      BenchNode node, Instance victim, int starts, Histogram fromDeath, Histogram fromKill) {
    try (var pidfd = kernel.pidfdOpen((int) victim.getPid())) {
      long killed = kernel.boottimeNanos();
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
      if (!kernel.pollReadable(pidfd, HEALED_WITHIN)) {
        throw new IllegalStateException("pid " + victim.getPid() + " survives SIGKILL");
      }
      long died = kernel.boottimeNanos();
      List<Long> stamps = node.stamps().awaitStarts(NAME, starts, HEALED_WITHIN);
      long next = stamps.get(starts - 1);
      fromDeath.recordValue(Math.max(0, next - died));
      fromKill.recordValue(next - killed);
    }
  }
}
