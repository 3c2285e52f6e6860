package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.LaunchSpec.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostPathsTest {

  private final Path folder;

  HostPathsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void no_path_of_the_host_is_open_unless_it_is_named() {
    assertThat(HostPaths.refusal(List.of(mount(folder)), List.of()))
        .hasValueSatisfying(word -> assertThat(word).contains(folder.toString(), "--host-paths"));
  }

  @Test
  void what_lies_below_a_named_path_is_open() throws IOException {
    Path below = Files.createDirectory(folder.resolve("below"));

    assertThat(HostPaths.refusal(List.of(mount(below)), List.of(folder))).isEmpty();
  }

  @Test
  void a_symbolic_link_out_of_a_named_path_is_refused() throws IOException {
    Path out = Files.createSymbolicLink(folder.resolve("out"), Path.of("/etc"));

    assertThat(HostPaths.refusal(List.of(mount(out)), List.of(folder))).isPresent();
  }

  @Test
  void a_neighbour_whose_name_begins_alike_is_refused() {
    var named = folder.resolve("data");

    assertThat(HostPaths.refusal(List.of(mount(folder.resolve("database"))), List.of(named)))
        .isPresent();
  }

  @Test
  void a_private_tmpfs_needs_no_leave() {
    assertThat(HostPaths.refusal(List.of(new Mount.Tmpfs(4096, "/cache", false)), List.of()))
        .isEmpty();
  }

  private static Mount mount(Path source) {
    return new Mount.Host(source, "/at", true);
  }
}
