package dev.regrow.chaos.bench;

import dev.regrow.chaos.bench.LoadClient.Outcome;
import dev.regrow.chaos.cluster.Proc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Are durable writes through our public API as fast as through etcd's? One client process writes
 * values of 1 kB, over and over to the same 1,024 keys, to the leader; the systems run side by side
 * and take turns.
 */
final class StoreBenchmark implements Benchmark {

  private static final List<Integer> IN_FLIGHT = List.of(1, 64, 1024);
  private static final int TURNS = 2;
  private static final long TURN_MILLIS = 4_000;
  private static final long WARM_MILLIS = 5_000;
  private static final int WARM_TURNS = 2;
  private static final int WARM_IN_FLIGHT = 64;
  private static final long TRACED_MILLIS = 2_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double ALONE_AT_LEAST = 1.3;
  private static final double REPLICATED_AT_LEAST = 1.0;

  /** The peer's API that is the same protocol as ours. */
  private static final String LIKE_FOR_LIKE = "etcd-json";

  /** Told, not judged. */
  private static final String BESIDE = "regrow-workloads";

  private final String name;
  private final List<Integer> sizes;

  /**
   * @param sizes numbers of servers, one comparison for each
   */
  StoreBenchmark(String name, List<Integer> sizes) {
    this.name = name;
    this.sizes = List.copyOf(sizes);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String question() {
    return "durable writes of 1 kB through the public API beside etcd, "
        + String.join(" and ", sizes.stream().map(String::valueOf).toList())
        + " servers";
  }

  /** What all turns of one API with so many in flight came to. */
  private record Sum(
      long written, double seconds, long p50Nanos, long p99Nanos, long cpuMillis, long clientCpu) {

    static Sum of(Outcome outcome, long serverCpuMillis) {
      return new Sum(
          outcome.written(),
          outcome.nanos() / 1e9,
          outcome.p50Nanos(),
          outcome.p99Nanos(),
          serverCpuMillis,
          outcome.clientCpuMillis());
    }

    /** Of two turns the worse percentiles count. */
    Sum and(Sum other) {
      return new Sum(
          written + other.written,
          seconds + other.seconds,
          Math.max(p50Nanos, other.p50Nanos),
          Math.max(p99Nanos, other.p99Nanos),
          cpuMillis + other.cpuMillis,
          clientCpu + other.clientCpu);
    }

    double perSecond() {
      return written / seconds;
    }
  }

  @Override
  public List<Figure> run(Setting setting) throws Exception {
    var figures = new ArrayList<Figure>();
    for (int size : sizes) {
      compare(setting, size, figures);
    }
    return figures;
  }

  private void compare(Setting setting, int size, List<Figure> figures) throws Exception {
    var systems = new ArrayList<StoreServers>();
    try (var client = LoadClient.start()) {
      systems.add(RegrowServers.start(setting.home(), setting.scratch(), size));
      var etcd = OciStarter.find("etcd");
      if (etcd.isPresent()) {
        systems.add(EtcdServers.start(etcd.get(), setting.scratch(), size));
      } else {
        setting.remarks().accept("  etcd is not installed, so it is not compared");
      }
      for (int i = 0; i < WARM_TURNS; i++) {
        turn(setting, client, systems, WARM_IN_FLIGHT, WARM_MILLIS);
      }
      for (int inFlight : IN_FLIGHT) {
        var sums = turn(setting, client, systems, inFlight, TURN_MILLIS);
        for (int i = 1; i < TURNS; i++) {
          turn(setting, client, systems, inFlight, TURN_MILLIS)
              .forEach((api, more) -> sums.merge(api, more, Sum::and));
        }
        tell(size, inFlight, sums, figures);
      }
      for (StoreServers system : systems) {
        flushes(setting, client, system, size, figures);
      }
    } finally {
      systems.forEach(StoreServers::close);
    }
  }

  /** Each API once, one after the other; what is only told beside may fail. */
  private static Map<String, Sum> turn(
      Setting setting, LoadClient client, List<StoreServers> systems, int inFlight, long millis)
      throws IOException {
    var sums = new LinkedHashMap<String, Sum>();
    for (StoreServers system : systems) {
      for (String api : system.apis()) {
        long before = cpuMillis(system);
        var first = system.endpoints().subList(0, 1);
        try {
          var outcome = client.run(api, first, inFlight, millis, system.tokenFile());
          sums.put(api, Sum.of(outcome, cpuMillis(system) - before));
        } catch (IOException failed) {
          if (!api.equals(BESIDE)) {
            throw failed;
          }
          setting.remarks().accept("  " + inFlight + " in flight: " + failed.getMessage());
        }
      }
    }
    return sums;
  }

  private static long cpuMillis(StoreServers system) {
    return system.pids().stream().mapToLong(Proc::cpuMillis).sum();
  }

  private static void tell(int size, int inFlight, Map<String, Sum> sums, List<Figure> figures) {
    String where = ", %d server%s, %d in flight".formatted(size, size == 1 ? "" : "s", inFlight);
    sums.forEach(
        (api, sum) -> {
          figures.add(Figure.of(api + where, sum.perSecond(), "per second"));
          figures.add(Figure.of("  p50", sum.p50Nanos() / NANOS_PER_MILLI, "ms"));
          figures.add(Figure.of("  p99", sum.p99Nanos() / NANOS_PER_MILLI, "ms"));
          figures.add(perWrite("  CPU of the servers per write", sum.cpuMillis(), sum));
          figures.add(perWrite("  CPU of the client per write", sum.clientCpu(), sum));
        });
    double ours = Objects.requireNonNull(sums.get("regrow")).perSecond();
    sums.forEach(
        (api, sum) -> {
          if (!api.startsWith("regrow")) {
            var ratio = Figure.of("regrow to " + api + where, ours / sum.perSecond(), "x");
            boolean judged = api.equals(LIKE_FOR_LIKE) && inFlight > 1;
            double floor = size == 1 ? ALONE_AT_LEAST : REPLICATED_AT_LEAST;
            figures.add(judged ? ratio.atLeast(floor) : ratio);
          }
        });
  }

  private static Figure perWrite(String label, long millis, Sum sum) {
    return Figure.of(label, (double) millis / sum.written(), "ms");
  }

  /** How often the disks are asked, all servers together; nothing of this run's pace is told. */
  private static void flushes(
      Setting setting, LoadClient client, StoreServers system, int size, List<Figure> figures)
      throws IOException {
    for (int inFlight : IN_FLIGHT) {
      String api = system.apis().get(0);
      var lines = setting.scratch().resolve("flushes-" + api + "-" + size + "-" + inFlight);
      var counter = Fsyncs.of(system.pids(), lines);
      if (counter.isEmpty()) {
        setting.remarks().accept("  strace is not installed, so flushes are not counted");
        return;
      }
      Outcome outcome;
      try (var counting = counter.get()) {
        outcome =
            client.run(
                api, system.endpoints().subList(0, 1), inFlight, TRACED_MILLIS, system.tokenFile());
        var count = counting.finish();
        if (count.isPresent()) {
          figures.add(
              Figure.of(
                  "flushes per write of %s, %d server%s, %d in flight"
                      .formatted(api, size, size == 1 ? "" : "s", inFlight),
                  (double) count.getAsLong() / outcome.written(),
                  "fsyncs"));
        }
      }
    }
  }
}
