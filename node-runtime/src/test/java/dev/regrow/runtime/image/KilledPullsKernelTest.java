package dev.regrow.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.image.testing.FakeRegistry;
import dev.regrow.runtime.image.testing.ImageBuilder;
import dev.regrow.runtime.image.testing.TarBuilder;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import dev.regrow.runtime.testing.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A pull whose process is killed goes on where it was, and what two images share comes once. */
@Tag("kernel")
final class KilledPullsKernelTest {

  private static final int KILLS = Patience.isEmulated() ? 2 : 4;
  private static final int LAYER_BYTES = 4 << 20;
  private static final long SLACK = 4L << 20;

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final FakeRegistry registry = new FakeRegistry();
  private final long seed = Long.getLong("regrow.test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Path home;

  KilledPullsKernelTest(@TempDir Path home) {
    this.home = home;
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void a_pull_that_is_killed_again_and_again_ends_whole_and_fetches_nothing_twice()
      throws Exception {
    System.out.println("seed " + seed);
    var image = new ImageBuilder().layer(noise("a")).layer(noise("b")).layer(noise("c")).build();
    registry.serve(image, "v1").pace(2 << 20);
    var reference = "oci:" + registry.address() + "/web:v1";

    for (int i = 0; i < KILLS; i++) {
      long sent = registry.sent() + 1 + random.nextInt(LAYER_BYTES / 2);
      var pulling = pulling(reference);
      registry.awaitSent(sent);
      pulling.destroyForcibly().waitFor();
    }
    registry.pace(Long.MAX_VALUE);
    assertThat(pulling(reference).waitFor(Patience.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();

    try (var images = open()) {
      var here =
          images
              .ensure(ImageReference.parse(reference), PullPolicy.NEVER, null)
              .toCompletableFuture()
              .join();
      assertThat(here.digest()).isEqualTo(image.manifest());
      for (int i = 0; i < 3; i++) {
        var file = here.layers().resolve(here.names().get(i)).resolve(name(i));
        assertThat(file).hasSize(LAYER_BYTES);
      }
    }
    long whole = 3L * LAYER_BYTES;
    // What was on the wire, in sockets and buffers, when it was killed comes again.
    assertThat(registry.sent()).as("seed %d", seed).isBetween(whole, whole + KILLS * SLACK);
  }

  @Test
  void a_layer_that_two_images_share_is_fetched_once_though_both_come_at_a_time() {
    var shared = noise("a");
    registry.pace(8 << 20);
    registry.serve(new ImageBuilder().layer(shared).layer(noise("b")).build(), "one");
    registry.serve(new ImageBuilder().layer(shared).layer(noise("c")).build(), "two");

    try (var images = open()) {
      var both =
          List.of("one", "two").stream()
              .map(tag -> ImageReference.parse("oci:" + registry.address() + "/web:" + tag))
              .map(reference -> images.ensure(reference, PullPolicy.MISSING, null))
              .toList();
      both.forEach(each -> assertThat(each.toCompletableFuture().join()).isNotNull());
    }

    assertThat(registry.sent()).isLessThan(3L * LAYER_BYTES + (1 << 20));
  }

  private Images open() {
    return Images.open(
        Kernel.load(),
        home.resolve("store"),
        "boot",
        Registries.standard(),
        Platform.ofThisMachine());
  }

  private Process pulling(String reference) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            PullingProcess.class.getName(),
            home.resolve("store").toString(),
            reference)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("pulling.log").toFile())
        .start();
  }

  private TarBuilder noise(String name) {
    var bytes = new byte[LAYER_BYTES];
    random.nextBytes(bytes);
    return new TarBuilder().program(name, bytes);
  }

  private static String name(int i) {
    return List.of("a", "b", "c").get(i);
  }
}
