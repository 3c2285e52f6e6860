package dev.regrow.runtime.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.image.testing.ImageBuilder;
import dev.regrow.runtime.image.testing.TarBuilder;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Images from layouts and archives, and what is kept of them. */
@Tag("kernel")
final class ImagesKernelTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private static final TarBuilder BASE =
      new TarBuilder().directory("etc/").file("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  private static final TarBuilder TOP = new TarBuilder().file("app", "v1");

  private final Path home;

  ImagesKernelTest(@TempDir Path home) {
    this.home = home;
  }

  private Images open(String bootId) {
    return Images.open(
        Kernel.load(),
        home.resolve("store"),
        bootId,
        Registries.standard(),
        Platform.ofThisMachine());
  }

  private Path layout(ImageBuilder image, String tag) throws IOException {
    var place = home.resolve("layout-" + tag);
    ImageBuilder.writeLayout(place, image.build(), tag);
    return place;
  }

  private static LocalImage ensure(Images images, String reference) {
    return ensure(images, reference, PullPolicy.MISSING);
  }

  private static LocalImage ensure(Images images, String reference, PullPolicy policy) {
    return images
        .ensure(ImageReference.parse(reference), policy, null)
        .toCompletableFuture()
        .join();
  }

  @Test
  void a_layout_is_unpacked_once_and_found_again_by_the_next_agent() throws IOException {
    var place = layout(new ImageBuilder().layer(BASE).layer(TOP), "v1");
    LocalImage first;
    try (var images = open("boot-1")) {
      first = ensure(images, "layout:" + place + ":v1");
    }
    Trees.delete(place);

    try (var images = open("boot-1")) {
      var again = ensure(images, "layout:" + place + ":v1", PullPolicy.NEVER);

      assertThat(again).isEqualTo(first);
      assertThat(again.layers().resolve(again.names().get(1)).resolve("app")).hasContent("v1");
      assertThat(images.list())
          .singleElement()
          .satisfies(image -> assertThat(image.digest()).isEqualTo(first.digest()));
    }
  }

  @Test
  void the_same_image_comes_from_a_directory_an_archive_and_docker_save() throws IOException {
    var built = new ImageBuilder().layer(BASE).layer(TOP).build();
    ImageBuilder.writeLayout(home.resolve("layout"), built, "v1");
    var archive = new TarBuilder();
    try (var files = Files.walk(home.resolve("layout"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        archive.program("./" + home.resolve("layout").relativize(file), Files.readAllBytes(file));
      }
    }
    Files.write(home.resolve("oci.tar"), archive.build());
    Files.write(home.resolve("docker.tar"), ImageBuilder.dockerArchive(built, "shop/web:v1"));

    try (var images = open("boot-1")) {
      var a = ensure(images, "layout:" + home.resolve("layout") + ":v1");
      var b = ensure(images, "layout:" + home.resolve("oci.tar") + ":v1");
      var c = ensure(images, "layout:" + home.resolve("docker.tar") + ":v1");

      assertThat(a).isEqualTo(b);
      assertThat(a.names()).isEqualTo(c.names());
      assertThatThrownBy(() -> ensure(images, "layout:" + home.resolve("oci.tar") + ":v2"))
          .hasMessageContaining("v1");
    }
  }

  @Test
  void layers_of_zstd_are_shared_with_those_of_gzip() throws IOException {
    var zstd = new ImageBuilder().layer(BASE.build(), Zstd.compress(BASE.build()));
    var place = layout(zstd, "zstd");
    var other = layout(new ImageBuilder().layer(BASE), "gzip");
    try (var images = open("boot-1")) {
      var a = ensure(images, "layout:" + place);
      var b = ensure(images, "layout:" + other);

      assertThat(a.names()).isEqualTo(b.names());
      assertThat(a.digest()).isNotEqualTo(b.digest());
    }
  }

  @Test
  void removing_an_image_leaves_the_layers_of_others_and_of_instances() throws IOException {
    var one = layout(new ImageBuilder().layer(BASE).layer(TOP), "one");
    var two = layout(new ImageBuilder().layer(BASE), "two");
    try (var images = open("boot-1")) {
      var first = ensure(images, "layout:" + one);
      var second = ensure(images, "layout:" + two);

      assertThatThrownBy(() -> images.remove(List.of("layout:" + one), Set.of(first.digest())))
          .isInstanceOf(RuntimeFailure.class)
          .hasMessageContaining("in use");
      assertThat(images.remove(List.of("layout:" + one), Set.of())).isEqualTo(1);

      assertThat(second.layers().resolve(second.names().get(0))).isDirectory();
      assertThat(first.layers().resolve(first.names().get(1))).doesNotExist();
      assertThat(images.list()).hasSize(1);
    }
  }

  @Test
  void after_a_loss_of_power_only_what_is_known_to_be_on_disk_counts() throws IOException {
    var place = layout(new ImageBuilder().layer(BASE), "v1");
    var reference = "layout:" + place;
    LocalImage image;
    try (var images = open("boot-1")) {
      image = ensure(images, reference);
    }
    var record = home.resolve("store/records").resolve(image.names().get(0));
    Files.writeString(record, image.config().diffIds().get(0).hex() + " boot-1 100\n");
    Files.createDirectories(home.resolve("store/layers/half"));

    try (var images = open("boot-2")) {
      assertThat(image.layers().resolve(image.names().get(0))).doesNotExist();
      assertThat(home.resolve("store/layers/half")).doesNotExist();
      assertThatThrownBy(() -> ensure(images, reference, PullPolicy.NEVER))
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("never");
      assertThat(ensure(images, reference)).isEqualTo(image);
    }
  }

  @Test
  void a_digest_is_what_it_says_or_refused() throws IOException {
    var image = new ImageBuilder().layer(BASE);
    var place = layout(image, "v1");
    try (var images = open("boot-1")) {
      var pinned = "layout:" + place + ":v1@" + image.build().manifest();
      assertThat(ensure(images, pinned).digest()).isEqualTo(image.build().manifest());
      var other = "layout:" + place + ":v1@sha256:" + "0".repeat(64);
      assertThatThrownBy(() -> ensure(images, other)).hasMessageContaining("missing");
    }
  }

  @Test
  void a_layout_of_several_platforms_without_an_index_of_its_own_is_pinned_all_the_same()
      throws IOException {
    var mine = new ImageBuilder().layer(BASE).build();
    var other = new ImageBuilder().layer(TOP).on("s390x").build();
    var place = home.resolve("layout");
    ImageBuilder.writeLayout(place, mine, "v1");
    ImageBuilder.writeLayout(place, other, "v1");
    var entry =
        "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":%d,\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"},\"annotations\":{\"org.opencontainers.image.ref.name\":\"v1\"}}";
    Files.writeString(
        place.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[%s,%s]}"
            .formatted(
                entry.formatted(other.manifest(), other.manifestBytes().length, "s390x"),
                entry.formatted(
                    mine.manifest(),
                    mine.manifestBytes().length,
                    Platform.ofThisMachine().architecture())));
    var reference = ImageReference.parse("layout:" + place + ":v1");
    try (var images = open("boot-1")) {
      var digest = images.resolve(reference, PullPolicy.MISSING, null).toCompletableFuture().join();

      assertThat(ensure(images, reference.at(digest).toString()).digest())
          .isEqualTo(mine.manifest());
    }
  }

  @Test
  void what_is_never_pulled_stands_for_what_is_here() throws IOException {
    var reference = ImageReference.parse("layout:" + layout(new ImageBuilder().layer(BASE), "v1"));
    try (var images = open("boot-1")) {
      assertThatThrownBy(
              () -> images.resolve(reference, PullPolicy.NEVER, null).toCompletableFuture().join())
          .hasMessageContaining("never");
      var here = ensure(images, reference.toString());

      assertThat(images.resolve(reference, PullPolicy.NEVER, null).toCompletableFuture().join())
          .isEqualTo(here.digest());
    }
  }

  @Test
  void where_a_node_has_not_the_layout_the_words_say_so() {
    try (var images = open("boot-1")) {
      assertThatThrownBy(() -> ensure(images, "layout:/nowhere/at/all:v1"))
          .hasMessageContaining("this node has no /nowhere/at/all");
    }
  }

  @Test
  void an_image_for_another_machine_is_refused() throws IOException {
    var place = layout(new ImageBuilder().layer(BASE).on("s390x"), "v1");
    try (var images = open("boot-1")) {
      assertThatThrownBy(() -> ensure(images, "layout:" + place))
          .hasMessageContaining("is built for linux/s390x");
    }
  }
}
