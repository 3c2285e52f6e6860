package dev.regrow.runtime.image.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.testing.TarBuilder;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a layer on disk. */
@Tag("kernel")
final class UnpackingKernelTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final Path home;
  private final Path tree;
  private final Kernel kernel = Kernel.load();

  UnpackingKernelTest(@TempDir Path home) {
    this.home = home;
    this.tree = home.resolve("tree");
  }

  private Unpacking.Result unpack(byte[] layer) throws IOException {
    return unpack(layer, Bounds.USUAL);
  }

  private Unpacking.Result unpack(byte[] layer, Bounds bounds) throws IOException {
    Files.createDirectories(tree);
    Files.createDirectories(home.resolve("trash"));
    return Unpacking.unpack(
        kernel,
        new ByteArrayInputStream(layer),
        tree,
        home.resolve("trash"),
        bounds,
        () -> Long.MAX_VALUE);
  }

  @Test
  void files_keep_content_mode_owner_and_time() throws IOException {
    var layer =
        new TarBuilder()
            .directory("srv/")
            .entry('0', "srv/run", "", "hello".getBytes(StandardCharsets.UTF_8), 04755, 1000, 100)
            .build();

    var result = unpack(layer);

    var file = tree.resolve("srv/run");
    assertThat(file).hasContent("hello");
    assertThat(Files.getAttribute(file, "unix:mode")).isEqualTo(0100000 | 04755);
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(1000);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(100);
    assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(1_700_000_000_000L);
    assertThat(Files.getLastModifiedTime(tree.resolve("srv")).toMillis())
        .isEqualTo(1_700_000_000_000L);
    assertThat(result.diffId()).isEqualTo(Digest.of(layer));
    assertThat(result.entries()).isEqualTo(2);
  }

  @Test
  void gzip_and_zstd_unpack_to_the_same_bytes() throws IOException {
    var layer = new TarBuilder().file("a", "x".repeat(100_000)).build();

    var plain = unpack(layer);
    LayerFiles.clear(home);
    var gzip = unpack(TarBuilder.gzip(layer));
    LayerFiles.clear(home);
    var zstd = unpack(Zstd.compress(layer));

    assertThat(gzip.diffId()).isEqualTo(plain.diffId());
    assertThat(zstd.diffId()).isEqualTo(plain.diffId());
    assertThat(tree.resolve("a")).hasSize(100_000);
  }

  @Test
  void links_stay_links() throws IOException {
    unpack(
        new TarBuilder()
            .file("a", "one")
            .hardLink("b", "./a")
            .symlink("c", "/etc/shadow")
            .hardLink("d", "c")
            .build());

    assertThat(Files.getAttribute(tree.resolve("b"), "unix:ino"))
        .isEqualTo(Files.getAttribute(tree.resolve("a"), "unix:ino"));
    assertThat(Files.readSymbolicLink(tree.resolve("c")).toString()).isEqualTo("/etc/shadow");
    assertThat(tree.resolve("d")).isSymbolicLink();
  }

  @Test
  void whiteouts_and_opaque_directories_become_those_of_overlayfs() throws IOException {
    unpack(
        new TarBuilder()
            .file("etc/.wh.passwd", "")
            .directory("opt/")
            .file("opt/.wh..wh..opq", "")
            .file(".wh.new", "")
            .file("new/file", "x")
            .directory("old/")
            .file(".wh.old", "")
            .file(".wh.kept", "")
            .file("kept", "y")
            .build());

    assertThat(Files.getAttribute(tree.resolve("etc/passwd"), "unix:mode")).isEqualTo(020000);
    assertThat(Files.getAttribute(tree.resolve("etc/passwd"), "unix:rdev")).isEqualTo(0L);
    assertThat(kernel.isOpaque(tree.resolve("opt"))).isTrue();
    assertThat(kernel.isOpaque(tree.resolve("new"))).isTrue();
    assertThat(kernel.isOpaque(tree.resolve("old"))).isTrue();
    assertThat(kernel.isOpaque(tree.resolve("etc"))).isFalse();
    assertThat(tree.resolve("kept")).hasContent("y");
  }

  @Test
  void a_later_entry_replaces_an_earlier_one() throws IOException {
    unpack(
        new TarBuilder()
            .file("a", "old")
            .file("a", "new")
            .directory("d/")
            .file("d/x", "x")
            .file("d", "now a file")
            .symlink("l", "a")
            .directory("l/")
            .file("l/y", "y")
            .build());

    assertThat(tree.resolve("a")).hasContent("new");
    assertThat(tree.resolve("d")).hasContent("now a file");
    assertThat(Files.isDirectory(tree.resolve("l"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(tree.resolve("l/y")).hasContent("y");
  }

  @Test
  void what_leads_out_of_the_layer_is_refused_and_touches_nothing() throws IOException {
    var outside = Files.createDirectory(home.resolve("outside"));
    for (var layer :
        new TarBuilder[] {
          new TarBuilder().file("../outside/x", "x"),
          new TarBuilder().file("a/../../outside/x", "x"),
          new TarBuilder().symlink("l", outside.toString()).file("l/x", "x"),
          new TarBuilder().symlink("l", "../outside").file("l/x", "x"),
          new TarBuilder().symlink("l", "../outside").directory("l/d/"),
          new TarBuilder().symlink("l", "..").hardLink("h", "l/outside"),
          new TarBuilder().hardLink("h", "../outside"),
          new TarBuilder().symlink("a", "b").symlink("b", "a").file("a/x", "x"),
        }) {
      LayerFiles.clear(home);
      assertThatThrownBy(() -> unpack(layer.build())).isInstanceOf(BadImage.class);
      assertThat(outside).isEmptyDirectory();
    }
  }

  @Test
  void a_file_takes_the_place_of_a_link_and_leaves_its_target_alone() throws IOException {
    var outside = Files.writeString(home.resolve("victim"), "untouched");

    unpack(new TarBuilder().symlink("l", outside.toString()).file("l", "mine").build());

    assertThat(outside).hasContent("untouched");
    assertThat(tree.resolve("l")).hasContent("mine").isRegularFile();
  }

  @Test
  void an_absolute_name_is_below_the_layer() throws IOException {
    unpack(new TarBuilder().file("/etc/motd", "hi").build());

    assertThat(tree.resolve("etc/motd")).hasContent("hi");
  }

  @Test
  void devices_are_refused_but_for_those_that_every_instance_has_anyway() throws IOException {
    unpack(new TarBuilder().device("dev/null", '3', 1, 3).build());
    assertThat(tree.resolve("dev/null")).doesNotExist();

    for (var layer :
        new TarBuilder[] {
          new TarBuilder().device("dev/sda", '4', 8, 0),
          new TarBuilder().device("dev/mem", '3', 1, 1),
          new TarBuilder().device("dev/null", '3', 1, 1),
          new TarBuilder().device("null", '3', 1, 3),
          new TarBuilder().device("dev/zero", '4', 1, 5),
        }) {
      assertThatThrownBy(() -> unpack(layer.build()))
          .isInstanceOf(BadImage.class)
          .hasMessageContaining("device");
    }
  }

  @Test
  void owners_without_a_number_inside_are_nobodys() throws IOException {
    unpack(
        new TarBuilder()
            .pax("uid", "4000000000")
            .entry('0', "a", "", new byte[0], 0644, 7, 7)
            .build());

    assertThat(Files.getAttribute(tree.resolve("a"), "unix:uid")).isEqualTo(65534);
    assertThat(Files.getAttribute(tree.resolve("a"), "unix:gid")).isEqualTo(7);
  }

  @Test
  void bombs_are_cut_off() {
    var bomb = new TarBuilder().program("zeros", new byte[8 << 20]).build();
    var tight = new Bounds(100, 1L << 30, 50, 1 << 20, 25);

    assertThatThrownBy(() -> unpack(TarBuilder.gzip(bomb), tight))
        .isInstanceOf(BadImage.class)
        .hasMessageContaining("bomb");
    assertThatThrownBy(() -> unpack(Zstd.compress(bomb), tight))
        .isInstanceOf(BadImage.class)
        .hasMessageContaining("bomb");
    assertThatThrownBy(() -> unpack(bomb, new Bounds(100, 1 << 20, 50, 1 << 20, 25)))
        .isInstanceOf(BadImage.class)
        .hasMessageContaining("more than");
    var many = new TarBuilder();
    for (int i = 0; i <= 100; i++) {
      many.file("f" + i, "");
    }
    assertThatThrownBy(() -> unpack(many.build(), tight)).hasMessageContaining("entries");
  }

  @Test
  void an_archive_may_end_with_the_last_byte_of_its_last_file() throws IOException {
    var whole = new TarBuilder().file("a", "last words").build();
    int end = new String(whole, StandardCharsets.ISO_8859_1).indexOf("last words") + 10;

    unpack(java.util.Arrays.copyOf(whole, end));

    assertThat(tree.resolve("a")).hasContent("last words");
    assertThatThrownBy(() -> unpack(java.util.Arrays.copyOf(whole, end - 1)))
        .hasMessageContaining("cut off");
  }

  @Test
  void what_is_cut_off_or_garbled_is_refused() {
    var layer = new TarBuilder().file("a", "x".repeat(5000)).build();
    var gzip = TarBuilder.gzip(layer);
    var zstd = Zstd.compress(layer);
    var garbled = layer.clone();
    garbled[3] = 1;

    for (var bad :
        new byte[][] {
          Arrays.copyOf(layer, 700),
          Arrays.copyOf(layer, 200),
          Arrays.copyOf(gzip, gzip.length / 2),
          Arrays.copyOf(gzip, 5),
          Arrays.copyOf(zstd, zstd.length / 2),
          garbled
        }) {
      assertThatThrownBy(() -> unpack(bad)).isInstanceOf(BadImage.class);
    }
  }

  @Test
  void a_full_disk_is_this_machines_fault() throws IOException {
    Files.createDirectories(tree);
    Files.createDirectories(home.resolve("trash"));
    var layer = new TarBuilder().file("a", "x".repeat(5000)).build();

    assertThatThrownBy(
            () ->
                Unpacking.unpack(
                    kernel,
                    new ByteArrayInputStream(layer),
                    tree,
                    home.resolve("trash"),
                    Bounds.USUAL,
                    () -> 4000))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("disk is full");
  }
}
