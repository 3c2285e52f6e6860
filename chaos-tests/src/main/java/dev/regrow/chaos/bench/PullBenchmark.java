package dev.regrow.chaos.bench;

import dev.regrow.chaos.scenario.ImageMaker;
import dev.regrow.chaos.scenario.OciRegistry;
import dev.regrow.chaos.scenario.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** How long until a large image is here, unpacked, and how much memory does that take? */
final class PullBenchmark implements Benchmark {

  private static final int LAYERS = 6;
  private static final int FILES = 200;
  private static final int FILE_BYTES = 256 << 10;
  private static final int ROUNDS = 3;
  private static final double HEAP_FLOOR_MB = 32;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "pull";
  }

  @Override
  public String question() {
    return "a 300 MB image from loopback, pulled and unpacked, beside skopeo and umoci";
  }

  @Override
  public List<Figure> run(Setting setting) throws Exception {
    if (!OciRegistry.isInstalled()) {
      setting.remarks().accept("not measured: it needs docker-registry, skopeo and umoci");
      return List.of();
    }
    try (var registry = OciRegistry.open(setting.scratch().resolve("registry"))) {
      var reference = registry.address() + "/bench:1";
      push(setting.scratch(), registry);
      var ours = new ArrayList<PullProcess.Seen>();
      var theirs = new ArrayList<Double>();
      for (int i = 0; i < ROUNDS; i++) { // In turns, so that both see the same machine.
        ours.add(pull(setting.scratch().resolve("store-" + i), reference));
        theirs.add(skopeoAndUmoci(setting.scratch().resolve("peer-" + i), reference));
      }
      double best = ours.stream().mapToDouble(PullProcess.Seen::seconds).min().orElseThrow();
      double peer = theirs.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
      double heap = ours.stream().mapToDouble(PullProcess.Seen::heapMegabytes).max().orElseThrow();
      return List.of(
          Figure.of("pulled and unpacked, best of " + ROUNDS, best, "s").atMost(peer),
          Figure.of("skopeo copy and umoci unpack, best of " + ROUNDS, peer, "s"),
          Figure.of("extra heap, what collections leave, worst", heap, "MB").atMost(HEAP_FLOOR_MB));
    }
  }

  private static void push(Path scratch, OciRegistry registry) throws IOException {
    var random = new Random(300);
    var image = new ImageMaker(scratch.resolve("image")).image("bench");
    for (int layer = 0; layer < LAYERS; layer++) {
      var tree = Files.createDirectories(scratch.resolve("layer-" + layer));
      for (int i = 0; i < FILES; i++) {
        Files.write(tree.resolve("file-" + i), text(random));
      }
      image.layer(tree, "/layer-" + layer);
    }
    image.push(registry, "bench:1");
  }

  /** Shrinks to half, as programs do. */
  private static byte[] text(Random random) {
    var bytes = new byte[FILE_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII)[random.nextInt(16)];
    }
    return bytes;
  }

  private static PullProcess.Seen pull(Path store, String reference) {
    var said =
        Shell.run(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            PullProcess.class.getName(),
            store,
            "oci:" + reference);
    return PullProcess.Seen.parse(said.out());
  }

  private static double skopeoAndUmoci(Path folder, String reference) throws IOException {
    Files.createDirectories(folder);
    long started = System.nanoTime();
    var copy =
        List.of(
            "skopeo",
            "copy",
            "--quiet",
            "--src-tls-verify=false",
            "docker://" + reference,
            "oci:" + folder.resolve("layout") + ":1");
    Shell.ask(copy, Map.of()).expect(0);
    Shell.run(
        "umoci", "unpack", "--image", folder.resolve("layout") + ":1", folder.resolve("bundle"));
    return (System.nanoTime() - started) / NANOS_PER_SECOND;
  }
}
