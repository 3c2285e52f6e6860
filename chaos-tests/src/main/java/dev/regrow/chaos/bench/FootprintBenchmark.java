package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Proc;
import dev.regrow.v1.Instance;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What does an idle node cost, and each instance on top of its own process? */
final class FootprintBenchmark implements Benchmark {

  private static final Duration SETTLE = Duration.ofSeconds(20);
  private static final Duration WATCHED = Duration.ofSeconds(30);
  private static final double RSS_FLOOR_MB = 220;
  private static final double CPU_FLOOR_PERCENT = 1;
  private static final double SHIM_FLOOR_KB = 60;
  private static final double BYTES_PER_MB = 1e6;

  @Override
  public String name() {
    return "footprint";
  }

  @Override
  public String question() {
    return "what an idle node and each of its instances cost";
  }

  @Override
  public List<Figure> run(Setting setting) throws Exception {
    int instances = Math.min(setting.count(), 100);
    try (var node = BenchNode.start(setting)) {
      long pid = node.node().pid();
      rest(SETTLE);
      double idleRss = Proc.rssBytes(pid) / BYTES_PER_MB;
      double idleCpu = cpuPercent(pid);
      node.apply(node.probes("small", instances));
      List<Instance> running = node.awaitReady("small", instances);
      rest(SETTLE);
      double beside =
          running.stream().mapToLong(FootprintBenchmark::besideBytes).average().orElse(0);
      return List.of(
          Figure.of("node idle, RSS", idleRss, "MB").atMost(RSS_FLOOR_MB),
          Figure.of("node idle, CPU of one core", idleCpu, "%").atMost(CPU_FLOOR_PERCENT),
          Figure.of(
              "with " + instances + " instances, RSS", Proc.rssBytes(pid) / BYTES_PER_MB, "MB"),
          Figure.of("with " + instances + " instances, CPU of one core", cpuPercent(pid), "%"),
          Figure.of("per instance, shim and init, PSS", beside / 1000, "kB").atMost(SHIM_FLOOR_KB));
    }
  }

  /** The init (its parent) and the shim (the init's). */
  private static long besideBytes(Instance instance) {
    long init = Proc.parent(instance.getPid());
    return Proc.pssBytes(init) + Proc.pssBytes(Proc.parent(init));
  }

  private static double cpuPercent(long pid) {
    long before = Proc.cpuMillis(pid);
    rest(WATCHED);
    return 100.0 * (Proc.cpuMillis(pid) - before) / WATCHED.toMillis();
  }

  /** Idleness is what is measured, so time has to pass. */
  private static void rest(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(
          Math.max(1, Math.min(end - System.nanoTime(), TimeUnit.SECONDS.toNanos(1))));
    }
  }
}
