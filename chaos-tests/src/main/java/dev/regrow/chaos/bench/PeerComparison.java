package dev.regrow.chaos.bench;

import dev.regrow.chaos.bench.Benchmark.Setting;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.network.NodeNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * Is our launcher faster than what others start containers with? The same program, root directory,
 * namespaces, limits and mounts for all, in one run; the peers load no seccomp filter, we do.
 */
final class PeerComparison {

  private static final List<String> PEERS = List.of("crun", "runc");
  private static final int MEDIAN = 50;
  private static final int RARE = 99;

  private record Measured(Histogram latency, double perSecond) {}

  private PeerComparison() {}

  static List<Figure> run(Setting setting) throws Exception {
    var stamps = Stamps.in(setting.scratch().resolve("peer-stamps"));
    Path root = emptyRoot(setting.scratch().resolve("peer-root"));
    var figures = new ArrayList<Figure>();
    Measured ours;
    var alone = setting.scratch().resolve("direct");
    try (var direct = DirectStarter.open(alone, root, stamps, Network.NONE)) {
      ours = measure(direct, setting.count(), figures);
    }
    bridged(setting, root, figures);
    for (String peer : PEERS) {
      var program = OciStarter.find(peer);
      if (program.isEmpty()) {
        setting.remarks().accept("  " + peer + " is not installed, so it is not compared");
        continue;
      }
      var starter =
          new OciStarter(program.get(), setting.scratch().resolve("peer-" + peer), root, stamps);
      try {
        compare(peer, ours, measure(starter, setting.count(), figures), figures);
      } catch (IOException e) {
        setting.remarks().accept("  " + peer + " is not compared: " + e.getMessage());
      }
    }
    return figures;
  }

  /** What a bridge adds; no peer does the same. */
  private static void bridged(Setting setting, Path root, List<Figure> figures) throws Exception {
    var lack = NodeNetwork.lack();
    if (lack.isPresent()) {
      setting.remarks().accept("  " + lack.get());
      return;
    }
    var stamps = Stamps.in(setting.scratch().resolve("bridge-stamps"));
    var data = setting.scratch().resolve("bridge");
    try (var direct = DirectStarter.open(data, root, stamps, Network.BRIDGE)) {
      measure(direct, setting.count(), figures);
    }
  }

  private static Measured measure(Starter starter, int count, List<Figure> figures)
      throws Exception {
    var measured = new Measured(starter.latencies(count), starter.perSecond(count));
    String label = starter.name() + ", asked to first instruction";
    figures.add(Figure.percentile(label, measured.latency(), MEDIAN));
    figures.add(Figure.percentile(label, measured.latency(), RARE));
    figures.add(
        Figure.of(starter.name() + ", 2 starters", measured.perSecond(), "starts per second"));
    return measured;
  }

  private static void compare(String peer, Measured ours, Measured theirs, List<Figure> figures) {
    for (int percentile : List.of(MEDIAN, RARE)) {
      double ratio =
          (double) theirs.latency().getValueAtPercentile(percentile)
              / ours.latency().getValueAtPercentile(percentile);
      figures.add(Figure.of("%s takes our p%d times".formatted(peer, percentile), ratio, "x"));
    }
    figures.add(
        Figure.of(
            "our starts per second to those of " + peer,
            ours.perSecond() / theirs.perSecond(),
            "x"));
  }

  /** With the places to mount at, since peers' roots are read-only as ours is. */
  private static Path emptyRoot(Path root) throws IOException {
    for (String place : List.of("bin", "proc", "sys", "dev", "tmp", "run", "etc", "stamps")) {
      Files.createDirectories(root.resolve(place));
    }
    return root;
  }
}
