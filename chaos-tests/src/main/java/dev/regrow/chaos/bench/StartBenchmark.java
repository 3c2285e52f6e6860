package dev.regrow.chaos.bench;

import dev.regrow.runtime.syscall.Kernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How long from the PUT until the process runs, for one instance and for the last of a hundred? And
 * how fast is the launcher by itself, beside crun and runc?
 */
final class StartBenchmark implements Benchmark {

  private static final int WARM_UP = 50;
  private static final int CROWD = 100;
  private static final double P50_FLOOR_MILLIS = 35;
  private static final double P99_FLOOR_MILLIS = 150;
  private static final double CROWD_FLOOR_MILLIS = 1500;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

  private final Kernel kernel = Kernel.load();

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String question() {
    return "PUT sent -> first instruction of the process, warm; our launcher beside crun and runc";
  }

  @Override
  public List<Figure> run(Setting setting) throws Exception {
    var one = new Histogram(3);
    double crowd;
    try (var node = BenchNode.start(setting)) {
      for (int i = 0; i < WARM_UP; i++) {
        putToFirstInstruction(node, "warm-" + i, 1);
      }
      for (int i = 0; i < setting.count(); i++) {
        one.recordValue(putToFirstInstruction(node, "one-" + i, 1));
      }
      crowd = putToFirstInstruction(node, "crowd", CROWD) / NANOS_PER_MILLI;
    }
    var figures = new ArrayList<Figure>();
    figures.addAll(wholeWay(one, crowd));
    figures.addAll(PeerComparison.run(setting));
    return figures;
  }

  private static List<Figure> wholeWay(Histogram one, double crowd) {
    return List.of(
        Figure.percentile("PUT to first instruction", one, 50).atMost(P50_FLOOR_MILLIS),
        Figure.percentile("PUT to first instruction", one, 99).atMost(P99_FLOOR_MILLIS),
        Figure.percentile("PUT to first instruction", one, 100),
        Figure.of("PUT to last of " + CROWD + " first instructions", crowd, "ms")
            .atMost(CROWD_FLOOR_MILLIS));
  }

  private long putToFirstInstruction(BenchNode node, String name, int replicas) {
    var workload = node.probes(name, replicas);
    long sent = kernel.boottimeNanos();
    node.apply(workload);
    long last =
        node.stamps().awaitStarts(name, replicas, STARTED_WITHIN).stream()
            .mapToLong(Long::longValue)
            .max()
            .orElseThrow();
    node.delete(name);
    return last - sent;
  }
}
