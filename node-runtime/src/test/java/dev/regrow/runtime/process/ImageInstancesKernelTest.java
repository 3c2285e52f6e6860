package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Image;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.testing.ImageBuilder;
import dev.regrow.runtime.image.testing.TarBuilder;
import dev.regrow.runtime.testing.KeptEtc;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import dev.regrow.runtime.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Instances whose root is an image; busybox is their program. */
@Tag("kernel")
final class ImageInstancesKernelTest {

  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final long PATIENCE_SECONDS = Patience.LONG.toSeconds();

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final Path data;
  private final Path images;

  @SuppressWarnings("NullAway.Init")
  private LocalNodeRuntime agent;

  ImageInstancesKernelTest(@TempDir Path data, @TempDir Path images) {
    this.data = data;
    this.images = images;
  }

  @BeforeEach
  void openAgent() throws IOException {
    Files.setAttribute(data, "unix:mode", 0700);
    KeptEtc.beside(data).giveTo(data);
    agent = LocalNodeRuntime.open(RuntimeConfig.of(host.nodeUid(), data));
    agent.adopt().toCompletableFuture().join();
  }

  @AfterEach
  void sweep() throws IOException {
    agent.close();
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
    KeptEtc.beside(data).takeFrom(data);
  }

  private String layout(ImageBuilder image) throws IOException {
    return layout(images, image);
  }

  private static String layout(Path folder, ImageBuilder image) throws IOException {
    ImageBuilder.writeLayout(folder.resolve("layout"), image.build(), "v1");
    return "layout:" + folder.resolve("layout") + ":v1";
  }

  private static ImageBuilder busybox() throws IOException {
    return new ImageBuilder()
        .layer(
            new TarBuilder()
                .directory("bin/")
                .program("bin/busybox", Files.readAllBytes(BUSYBOX))
                .hardLink("bin/sh", "bin/busybox")
                .directory("etc/")
                .file("etc/passwd", "root:x:0:0::/root:/bin/sh\nweb:x:1001:1002::/srv:/bin/sh\n")
                .file("etc/group", "root:x:0:\nstaff:x:50:\n")
                .directory("old/")
                .file("old/one", "1")
                .directory("gone/")
                .file("gone/x", "x"));
  }

  private LaunchSpec spec(String reference, List<String> command, boolean readOnly) {
    return spec(1, reference, command, readOnly);
  }

  private LaunchSpec spec(int attempt, String reference, List<String> command, boolean readOnly) {
    return new LaunchSpec(
            new InstanceKey("default", "web", "i1"),
            attempt,
            "web-0",
            Map.of(),
            null,
            readOnly,
            command,
            Map.of("ORDERED", "yes", "BOTH", "order"),
            65534,
            65534,
            "/",
            Network.NONE,
            List.of(),
            new Limits(100, 0, 1 << 26, 1 << 28, 64),
            "TERM",
            Duration.ofSeconds(5),
            null)
        .from(new Image(reference, PullPolicy.MISSING, true, true, true, null));
  }

  /** Runs it to its end; what it wrote. */
  private String run(LaunchSpec spec) throws Exception {
    var instance = agent.launch(spec).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    Ended ended = instance.ended().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    var said = said();
    assertThat(ended.exitCode()).as("%s: %s", ended, said).isEqualTo(0);
    return said;
  }

  @Test
  void command_variables_user_and_directory_are_the_images() throws Exception {
    var reference =
        layout(
            busybox()
                .run(
                    "{\"Entrypoint\":[\"/bin/sh\",\"-c\"],\"Cmd\":[\"echo $(/bin/busybox id -u):$(/bin/busybox id -g) $(/bin/busybox pwd) $HOME $IMAGE $ORDERED $BOTH\"],\"Env\":[\"IMAGE=yes\",\"BOTH=image\"],\"User\":\"web\",\"WorkingDir\":\"/made/for/it\",\"StopSignal\":\"SIGINT\"}"));

    var said = run(spec(reference, List.of(), false));

    assertThat(said).contains("1001:1002 /made/for/it /srv yes yes order");
  }

  @Test
  void upper_layers_hide_what_lower_ones_have_and_instances_write_to_their_own() throws Exception {
    var image =
        busybox()
            .layer(
                new TarBuilder()
                    .directory("old/")
                    .file("old/.wh..wh..opq", "")
                    .file("old/two", "2")
                    .file(".wh.gone", ""))
            .layer(new TarBuilder().file("top", "top"));
    for (int i = 0; i < 60; i++) {
      image.layer(new TarBuilder().file("layers/n" + i, Integer.toString(i)));
    }
    var reference = layout(image.run("{\"User\":\"0\"}"));
    var script =
        "cd /; set -- old/* layers/*; echo \"saw $1 $# $(/bin/busybox cat top layers/n59)\"; test ! -e gone || echo 'gone is there'; echo x > /top && echo wrote";

    var said = run(spec(reference, List.of("/bin/sh", "-c", script), false));

    assertThat(said).contains("saw old/two 61 top59").contains("wrote").doesNotContain("is there");
    try (var files = Files.walk(data.resolve("images/layers"))) {
      assertThat(files.filter(file -> file.endsWith("top")))
          .singleElement()
          .satisfies(file -> assertThat(file).hasContent("top"));
    }
  }

  @Test
  void its_capabilities_are_those_of_the_order() throws Exception {
    var reference = layout(busybox().run("{}"));
    var show = List.of("/bin/sh", "-c", "/bin/busybox grep CapAmb /proc/self/status");

    var said =
        run(spec(reference, show, false).granted(new Grants(Set.of(Capability.KILL), Set.of())));

    assertThat(said).endsWith("CapAmb:\t0000000000000020\n");
  }

  @Test
  void a_read_only_root_has_volumes_that_can_be_written() throws Exception {
    var reference =
        layout(busybox().run("{\"User\":\"web:staff\",\"Volumes\":{\"/var/lib/app\":{}}}"));
    var script = "echo x > /var/lib/app/y && echo wrote; echo z > /z || echo sealed";

    var said = run(spec(reference, List.of("/bin/sh", "-c", script), true));

    assertThat(said).contains("wrote").contains("sealed");
  }

  @Test
  void a_volume_of_the_image_begins_as_the_image_has_it_and_outlives_restarts_in_place()
      throws Exception {
    var reference =
        layout(
            busybox()
                .layer(new TarBuilder().directory("var/lib/app/").file("var/lib/app/seed", "s"))
                .layer(
                    new TarBuilder().file("var/lib/app/.wh.seed", "").file("var/lib/app/two", "t"))
                .run("{\"User\":\"0\",\"Volumes\":{\"/var/lib/app\":{}}}"));
    var script = "cd /var/lib/app; set -- *; echo \"saw $*\"; echo x > n$#; echo y > /z";
    var first = spec(reference, List.of("/bin/sh", "-c", script), false);

    run(first);
    var said = run(spec(2, reference, List.of("/bin/sh", "-c", script), false));

    assertThat(said).contains("saw two\n").contains("saw n1 two\n");
    assertThat(data.resolve("own/i1/0/n2")).exists();
    agent.discard(first.key()).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(data.resolve("own/i1")).doesNotExist();
  }

  @Test
  void a_start_in_place_that_fails_takes_nothing_from_a_volume_of_the_image() throws Exception {
    var reference = layout(busybox().run("{\"User\":\"0\",\"Volumes\":{\"/var/lib/app\":{}}}"));
    var write = List.of("/bin/sh", "-c", "echo kept > /var/lib/app/file");
    var read = List.of("/bin/sh", "-c", "/bin/busybox cat /var/lib/app/file");
    run(spec(1, reference, write, false));

    assertThatThrownBy(() -> run(spec(2, reference, List.of("/no/such/program"), false)))
        .hasMessageContaining("/no/such/program");

    assertThat(run(spec(3, reference, read, false))).contains("kept\n");
  }

  @Test
  void what_is_stopped_before_its_image_is_there_is_never_started_and_the_image_comes_all_the_same()
      throws Exception {
    var spec = spec(layout(busybox().run("{}")), List.of("/bin/sh", "-c", "echo up"), false);
    var permit = new Permit();
    assertThat(permit.revoke()).isTrue();

    var launch = agent.launch(spec, permit).toCompletableFuture();

    assertThatThrownBy(() -> launch.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .hasMessageContaining("was stopped before it was started");
    assertThat(agent.running()).isEmpty();
    var stock = agent.images().stock().toCompletableFuture();
    assertThat(stock.get(PATIENCE_SECONDS, TimeUnit.SECONDS).images()).hasSize(1);
  }

  @Test
  void it_is_stopped_by_the_signal_that_its_image_names() throws Exception {
    var reference = layout(busybox().run("{\"User\":\"0\",\"StopSignal\":\"SIGUSR1\"}"));
    var script = "trap 'exit 7' USR1; echo up; while :; do /bin/busybox sleep 0.02; done";
    var instance =
        agent
            .launch(spec(reference, List.of("/bin/sh", "-c", script), false))
            .toCompletableFuture()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    awaitSaid("up");

    instance.stop(Duration.ofSeconds(PATIENCE_SECONDS));

    Ended ended = instance.ended().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(ended.exitCode()).isEqualTo(7);
  }

  private void awaitSaid(String text) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!said().contains(text)) {
      assertThat(System.nanoTime()).as("until it says " + text).isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  /** Notes of ends come and go beside. */
  private String said() throws IOException {
    while (true) {
      try {
        return saidNow();
      } catch (UncheckedIOException | NoSuchFileException changed) {
        Thread.onSpinWait();
      }
    }
  }

  private String saidNow() throws IOException {
    var said = new StringBuilder();
    try (var files = Files.walk(data.resolve("logs"))) {
      for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
        said.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
      }
    }
    return said.toString();
  }

  @Test
  void an_image_is_not_read_from_what_is_the_nodes_own() throws Exception {
    var reference = layout(Files.createDirectories(data.resolve("volumes/x")), busybox());

    assertThatThrownBy(() -> run(spec(reference, List.of("/bin/sh"), false)))
        .hasMessageContainingAll("cannot use image " + reference, data + ", which is a node's own");
  }

  @Test
  void an_image_that_cannot_be_had_fails_the_start_with_the_reason() throws Exception {
    var reference = layout(busybox().run("{\"User\":\"nobody-here\"}"));
    assertThatThrownBy(() -> run(spec(reference, List.of("/bin/sh"), false)))
        .hasMessageContaining("nobody-here")
        .hasMessageContaining("UID:GID");
    assertThatThrownBy(() -> run(spec("layout:/nowhere/at/all", List.of("/bin/sh"), false)))
        .hasMessageContaining("/nowhere/at/all");
    assertThatThrownBy(() -> run(spec("oci:127.0.0.1:1/none:x", List.of("/bin/sh"), false)))
        .hasMessageContaining("127.0.0.1:1/none:x");
  }
}
