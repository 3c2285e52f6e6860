package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.client.Calls;
import dev.regrow.client.Scope;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** How fast does the API answer, and how soon is a node there? */
final class ApiBenchmark implements Benchmark {

  private static final int WRITERS = 16;
  private static final int RESTARTS = 5;
  private static final double READY_FLOOR_MILLIS = 2500;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "api";
  }

  @Override
  public String question() {
    return "latency and throughput of the HTTP API, `regrow get`, and node ready after start";
  }

  @Override
  public List<Figure> run(Setting setting) throws Exception {
    var figures = new ArrayList<Figure>();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try (var node = BenchNode.start(setting)) {
      Workload idle = node.probes("idle", 0);
      node.apply(idle);
      // First, on a node at rest: what a user sees who asks it something.
      figures.addAll(new CommandTimes(node.node(), setting.home()).measure());
      warmUp(node, idle);
      figures.addAll(reads(node, setting.count()));
      figures.add(writes(node, writers, 1, setting.count()));
      figures.add(writes(node, writers, WRITERS, setting.count() * 5));
      figures.addAll(restarts(node.node()));
    } finally {
      writers.shutdownNow();
    }
    return figures;
  }

  private static void warmUp(BenchNode node, Workload idle) {
    for (int i = 0; i < 500; i++) {
      node.apply(idle.toBuilder().putLabels("n", Integer.toString(i)).build());
      node.client().send(Calls.workloads(Scope.everywhere()));
    }
  }

  private static List<Figure> reads(BenchNode node, int count) {
    var latency = new Histogram(3);
    for (int i = 0; i < count; i++) {
      long begin = System.nanoTime();
      node.client().send(Calls.workloads(Scope.everywhere()));
      latency.recordValue(System.nanoTime() - begin);
    }
    return List.of(
        Figure.percentile("GET workloads", latency, 50),
        Figure.percentile("GET workloads", latency, 99));
  }

  private static Figure writes(BenchNode node, ExecutorService pool, int writers, int count)
      throws Exception {
    var done = new ArrayList<Future<?>>();
    long begin = System.nanoTime();
    for (int w = 0; w < writers; w++) {
      Workload own = node.probes("writer-" + w, 0);
      int writer = w;
      done.add(
          pool.submit(
              (Callable<Void>)
                  () -> {
                    for (int i = writer; i < count; i += writers) {
                      node.apply(own.toBuilder().putLabels("n", writers + "-" + i).build());
                    }
                    return null;
                  }));
    }
    for (Future<?> each : done) {
      each.get();
    }
    double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
    return Figure.of("durable changes, " + writers + " connections", count / seconds, "per second");
  }

  private static List<Figure> restarts(LocalNode node) {
    var latency = new Histogram(3);
    for (int i = 0; i < RESTARTS; i++) {
      node.term();
      long begin = System.nanoTime();
      node.start();
      latency.recordValue(System.nanoTime() - begin);
    }
    return List.of(
        Figure.percentile("node ready after start", latency, 50).atMost(READY_FLOOR_MILLIS),
        Figure.percentile("node ready after start", latency, 100));
  }
}
