package dev.regrow.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.image.testing.ImageBuilder;
import dev.regrow.runtime.image.testing.TarBuilder;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generated images that are wrong in one way each. System properties: regrow.hostile.images (how
 * many; all 200 by hand, 60 in the gate) and regrow.hostile.seed.
 */
@Tag("kernel")
final class HostileImagesKernelTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final Path home;

  HostileImagesKernelTest(@TempDir Path home) {
    this.home = home;
  }

  /** A way to be wrong. */
  private interface Damage {
    void write(Path layout, Random random) throws IOException;
  }

  private final List<Damage> damages =
      List.of(
          this::traversal,
          this::throughLink,
          this::device,
          this::garbledHeader,
          this::hugeSize,
          this::bomb,
          this::brokenPax,
          this::unknownType,
          this::linkLoop,
          this::badHardLink,
          this::wrongDiffId,
          (layout, random) -> blob(layout, random, HostileImagesKernelTest::flipped),
          (layout, random) ->
              blob(layout, random, (bytes, r) -> Arrays.copyOf(bytes, r.nextInt(bytes.length))),
          (layout, random) ->
              blob(layout, random, (bytes, r) -> Arrays.copyOf(bytes, bytes.length + 1)),
          this::missingBlob,
          this::brokenIndex,
          this::brokenManifest);

  @Test
  void each_is_refused_with_a_reason_and_nothing_else_is_touched() throws IOException {
    int count = Integer.getInteger("regrow.hostile.images", 60);
    long seed = Long.getLong("regrow.hostile.seed", System.nanoTime());
    var victim = Files.writeString(home.resolve("victim"), "untouched");
    Files.createDirectory(home.resolve("victims"));
    for (int i = 0; i < count; i++) {
      var store = home.resolve("store");
      var layout = home.resolve("layout");
      damages.get(i % damages.size()).write(layout, new Random(seed + i));
      var what = "image %d of seed %d".formatted(i, seed);
      try (var images =
          Images.open(
              Kernel.load(), store, "boot", Registries.standard(), Platform.ofThisMachine())) {
        var failure = failure(images, "layout:" + layout + ":v1");

        assertThat(failure).as(what).isInstanceOf(RuntimeFailure.class);
        assertThat(failure.getMessage())
            .as(what)
            .contains(layout.toString())
            .doesNotContain(": null");
        assertThat(((RuntimeFailure) failure).retryable()).as(what + ": " + failure).isFalse();
        assertThat(images.list()).as(what).isEmpty();
      }
      assertThat(victim).as(what).hasContent("untouched");
      assertThat(home.resolve("victims")).as(what).isEmptyDirectory();
      assertThat(names(store.resolve("tmp"))).as(what).isEmpty();
      assertThat(names(home)).as(what).containsExactly("layout", "store", "victim", "victims");
      Trees.delete(store);
      Trees.delete(layout);
    }
  }

  private static Throwable failure(Images images, String reference) {
    try {
      images
          .ensure(ImageReference.parse(reference), PullPolicy.MISSING, null)
          .toCompletableFuture()
          .join();
      throw new AssertionError(reference + " was taken");
    } catch (CompletionException e) {
      return Objects.requireNonNullElse(e.getCause(), e);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static void write(Path layout, TarBuilder bad) throws IOException {
    var image =
        new ImageBuilder().layer(new TarBuilder().directory("etc/").file("etc/x", "x")).layer(bad);
    ImageBuilder.writeLayout(layout, image.build(), "v1");
  }

  private void traversal(Path layout, Random random) throws IOException {
    var up = "../".repeat(1 + random.nextInt(8));
    var name =
        List.of(up + "victim", "a/" + up + "../victim", "/" + up + "victims/x")
            .get(random.nextInt(3));
    write(
        layout,
        random.nextBoolean()
            ? new TarBuilder().pax("path", name).file("harmless", "bad")
            : new TarBuilder().file(name, "bad"));
  }

  private void throughLink(Path layout, Random random) throws IOException {
    var target =
        List.of(home.toString(), "../../../../..", "/", home.resolve("victims").toString(), "..")
            .get(random.nextInt(5));
    write(layout, new TarBuilder().symlink("way", target).file("way/x", "bad"));
  }

  private void device(Path layout, Random random) throws IOException {
    char type = random.nextBoolean() ? '3' : '4';
    write(layout, new TarBuilder().device("dev/x" + random.nextInt(9), type, 8, random.nextInt(9)));
  }

  private void garbledHeader(Path layout, Random random) throws IOException {
    var block = TarBuilder.summed(TarBuilder.block('0', "x", "", 0, 0644, 0, 0));
    block[random.nextInt(400)] ^= 0x55;
    write(layout, new TarBuilder().raw(block));
  }

  private void hugeSize(Path layout, Random random) throws IOException {
    write(
        layout, new TarBuilder().header('0', "x", "", 1L << (20 + random.nextInt(12)), 0644, 0, 0));
  }

  private void bomb(Path layout, Random random) throws IOException {
    // Entries without end are bounded like bytes; what is said to follow does not.
    var block = TarBuilder.block(random.nextBoolean() ? 'x' : 'L', "x", "", 64L << 20, 0644, 0, 0);
    write(layout, new TarBuilder().raw(TarBuilder.summed(block)).raw(new byte[1 << 20]));
  }

  private void brokenPax(Path layout, Random random) throws IOException {
    var record =
        List.of(
                "999999 path=x\n",
                "5 path=x\n",
                "x path=y\n",
                "30 size=-5\n",
                "7 a=b",
                "13 size=12ab\n",
                "25 GNU.sparse.major=1234\n")
            .get(random.nextInt(7))
            .getBytes(StandardCharsets.UTF_8);
    write(layout, new TarBuilder().entry('x', "pax", "", record, 0644, 0, 0).file("x", "y"));
  }

  private void unknownType(Path layout, Random random) throws IOException {
    char type = "SDMNZ9".charAt(random.nextInt(6));
    write(layout, new TarBuilder().entry(type, "x", "", new byte[0], 0644, 0, 0));
  }

  private void linkLoop(Path layout, Random random) throws IOException {
    write(
        layout,
        new TarBuilder().symlink("a", "b").symlink("b", "a").file("a/" + random.nextInt(), "x"));
  }

  private void badHardLink(Path layout, Random random) throws IOException {
    var target =
        List.of("../victim", "missing", "etc/../../victim", "x", home + "/victim", "d")
            .get(random.nextInt(6));
    write(layout, new TarBuilder().directory("d/").hardLink("x", target));
  }

  private void wrongDiffId(Path layout, Random random) throws IOException {
    var said = new TarBuilder().file("x", "said" + random.nextInt()).build();
    var brought = TarBuilder.gzip(new TarBuilder().file("x", "brought").build());
    ImageBuilder.writeLayout(layout, new ImageBuilder().layer(said, brought).build(), "v1");
  }

  private interface Change {
    byte[] of(byte[] bytes, Random random);
  }

  private static byte[] flipped(byte[] bytes, Random random) {
    var changed = bytes.clone();
    changed[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return changed;
  }

  private void blob(Path layout, Random random, Change change) throws IOException {
    write(layout, new TarBuilder().file("x", "content"));
    var blobs = layout.resolve("blobs/sha256");
    var name = names(blobs).get(random.nextInt(names(blobs).size()));
    var file = blobs.resolve(name);
    Files.write(file, change.of(Files.readAllBytes(file), random));
  }

  private void missingBlob(Path layout, Random random) throws IOException {
    write(layout, new TarBuilder().file("x", "content"));
    var blobs = layout.resolve("blobs/sha256");
    Files.delete(blobs.resolve(names(blobs).get(random.nextInt(names(blobs).size()))));
  }

  private void brokenIndex(Path layout, Random random) throws IOException {
    write(layout, new TarBuilder().file("x", "content"));
    var text =
        List.of(
                "",
                "[]",
                "{\"manifests\":7}",
                "{".repeat(100_000),
                "{\"manifests\":[{\"digest\":\"sha256:../../victim\",\"size\":3,\"annotations\":{\"org.opencontainers.image.ref.name\":\"v1\"}}]}",
                "{\"manifests\":[]}",
                "{\"a\":1,\"a\":2}")
            .get(random.nextInt(7));
    Files.writeString(layout.resolve("index.json"), text);
  }

  private void brokenManifest(Path layout, Random random) throws IOException {
    var config = "{\"mediaType\":\"m\",\"digest\":\"sha256:" + "a".repeat(64) + "\",\"size\":10}";
    var manifest =
        ImageBuilder.bytes(
            List.of(
                    "{\"schemaVersion\":1}",
                    "{\"schemaVersion\":2,\"config\":"
                        + config
                        + ",\"layers\":["
                        + (config + ",").repeat(200)
                        + config
                        + "]}",
                    "{\"schemaVersion\":2,\"config\":7}",
                    "{\"schemaVersion\":2,\"config\":" + config.replace("10", "-1") + "}",
                    "nonsense")
                .get(random.nextInt(5)));
    var built = new ImageBuilder().layer(new TarBuilder().file("x", "y")).build();
    built.blobs().put(Digest.of(manifest), manifest);
    ImageBuilder.writeLayout(
        layout,
        new ImageBuilder.Built(built.blobs(), Digest.of(manifest), built.config(), List.of()),
        "v1");
  }
}
