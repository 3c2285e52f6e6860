package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.ImageReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostPathsTest {

  private final Path folder;
  private final Path data;

  HostPathsTest(@TempDir Path folder) throws IOException {
    this.folder = folder.toRealPath();
    this.data = Files.createDirectory(this.folder.resolve("n1"));
  }

  @Test
  void no_path_of_the_host_is_open_unless_it_is_named() {
    assertThatThrownBy(() -> judged(mount(folder)))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContainingAll(folder.toString(), "--host-paths");
  }

  @Test
  void what_lies_below_a_named_path_is_open() throws IOException {
    Path below = Files.createDirectory(folder.resolve("below"));

    assertThat(judged(mount(below), folder)).isEqualTo(mount(below));
  }

  @Test
  void what_a_link_leads_to_is_judged_and_mounted_in_its_place() throws IOException {
    Path target = Files.createDirectory(folder.resolve("target"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);

    assertThat(judged(mount(link), folder)).isEqualTo(mount(target));
  }

  @Test
  void a_symbolic_link_out_of_a_named_path_is_refused() throws IOException {
    Path out = Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc"));

    assertThatThrownBy(() -> judged(mount(out), folder)).isInstanceOf(RuntimeFailure.class);
  }

  @Test
  void a_neighbour_whose_name_begins_alike_is_refused() {
    var named = folder.resolve("data");

    assertThatThrownBy(() -> judged(mount(folder.resolve("database")), named))
        .isInstanceOf(RuntimeFailure.class);
  }

  @Test
  void a_private_tmpfs_needs_no_leave() {
    var tmpfs = new Mount.Tmpfs(4096, "/cache", false);

    assertThat(judged(tmpfs)).isEqualTo(tmpfs);
  }

  @Test
  void a_root_file_system_needs_no_leave_and_is_mounted_by_where_its_links_lead() throws Exception {
    Path rootfs = rootfs("rootfs");
    Path link = Files.createSymbolicLink(folder.resolve("link"), rootfs);

    assertThat(paths().judged(spec(link, List.of())).rootfs()).isEqualTo(rootfs);
  }

  @Test
  void a_root_that_leads_to_what_is_the_nodes_own_is_refused_by_both_names() throws Exception {
    Path volume = rootfs("n1/volumes/shop/db/db-0");
    Path link = Files.createSymbolicLink(folder.resolve("link"), volume);

    assertThatThrownBy(() -> paths(folder).judged(spec(link, List.of())))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContainingAll("dir:" + link, volume.toString(), "a node's own")
        .matches(failure -> !((RuntimeFailure) failure).retryable());
  }

  @Test
  void the_hosts_root_by_a_link_of_proc_is_refused() {
    var root = Path.of("/proc/self/root");

    assertThatThrownBy(() -> paths().judged(spec(root, List.of())))
        .hasMessageContainingAll("dir:/proc/self/root", "leads to /:");
  }

  @Test
  void a_root_that_is_not_there_is_named() {
    var nowhere = folder.resolve("nowhere");

    assertThatThrownBy(() -> paths().judged(spec(nowhere, List.of())))
        .hasMessageContainingAll("no such directory", nowhere.toString());
  }

  @Test
  void a_layout_among_what_is_the_nodes_own_is_refused_and_any_other_is_read() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), data.resolve("volumes"));
    Files.createDirectory(data.resolve("volumes"));
    var asked = new ArrayList<ImageReference>();
    var sources =
        paths(folder)
            .judged(
                (reference, credentials) -> {
                  asked.add(reference);
                  throw new IOException("asked");
                });

    for (var own : List.of(data, data.resolve("volumes/x"), link, folder)) {
      var layout = ImageReference.parse("layout:" + own + ":1");
      assertThatThrownBy(() -> sources.open(layout, null)).isInstanceOf(BadImage.class);
    }
    var other = ImageReference.parse("layout:" + folder.resolve("layout") + ":1");
    assertThatThrownBy(() -> sources.open(other, null)).hasMessage("asked");
    assertThat(asked).containsExactly(other);
  }

  private Path rootfs(String name) throws IOException {
    var rootfs = folder.resolve(name);
    Files.createDirectories(rootfs.resolve("bin"));
    return rootfs;
  }

  private HostPaths paths(Path... opened) {
    return new HostPaths(RuntimeConfig.of("uid", data).withHostPaths(List.of(opened)));
  }

  private Mount judged(Mount mount, Path... opened) {
    return paths(opened).judged(spec(null, List.of(mount))).mounts().get(0);
  }

  private static Mount mount(Path source) {
    return new Mount.Host(source, "/at", true);
  }

  private static LaunchSpec spec(@Nullable Path rootfs, List<Mount> mounts) {
    return new LaunchSpec(
        new InstanceKey("default", "web", "i1"),
        1,
        "web-0",
        Map.of(),
        rootfs,
        true,
        List.of("/bin/true"),
        Map.of(),
        0,
        0,
        "/",
        Network.NONE,
        mounts,
        new Limits(100, 0, 1 << 26, 1 << 28, 64),
        "TERM",
        Duration.ofSeconds(1),
        null);
  }
}
