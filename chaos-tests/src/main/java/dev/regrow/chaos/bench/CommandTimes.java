package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.chaos.cluster.Proc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** How long does a whole command take, from its start to its end, beside a bare JVM? */
final class CommandTimes {

  private static final int RUNS = 20;
  private static final double FLOOR_MILLIS = 250;
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration AT_REST_WITHIN = Duration.ofSeconds(60);
  private static final long AT_REST_CPU_MILLIS = 100;

  private final LocalNode node;
  private final List<String> command;
  private final List<String> bareJvm;

  CommandTimes(LocalNode node, Path home) {
    this.node = node;
    command = List.of(home.resolve("bin/regrow").toString(), "get", "workloads");
    bareJvm = List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-version");
  }

  /** In turn, so that both see the same machine; the first of each, uncounted, warms caches. */
  List<Figure> measure() throws IOException, InterruptedException {
    Await.until("the node to be at rest", AT_REST_WITHIN, this::isAtRest);
    var commands = new Histogram(3);
    var bare = new Histogram(3);
    run(command);
    run(bareJvm);
    for (int i = 0; i < RUNS; i++) {
      commands.recordValue(run(command));
      bare.recordValue(run(bareJvm));
    }
    return List.of(
        Figure.percentile("`regrow get workloads`, whole process", commands, 50)
            .atMost(FLOOR_MILLIS),
        Figure.percentile("`regrow get workloads`, whole process", commands, 95),
        Figure.percentile("`java -version` in turn with it, for scale", bare, 50));
  }

  /** A node just started still compiles, and its archive is being made beside it. */
  private boolean isAtRest() {
    long before = Proc.cpuMillis(node.pid());
    long end = System.nanoTime() + LOOK.toNanos();
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    return Proc.cpuMillis(node.pid()) - before < AT_REST_CPU_MILLIS;
  }

  private long run(List<String> words) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(words)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("REGROW_CONTEXT", node.contextFile().toString());
    long begin = System.nanoTime();
    var process = builder.start();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException(words + " did not end within a minute");
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(words + " exits with " + process.exitValue());
    }
    return System.nanoTime() - begin;
  }
}
