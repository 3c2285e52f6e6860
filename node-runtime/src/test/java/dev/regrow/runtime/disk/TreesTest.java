package dev.regrow.runtime.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {

  private final Path folder;

  TreesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void a_tree_goes_with_all_that_is_in_it_and_nothing_that_its_links_lead_to() throws IOException {
    var kept = Files.writeString(folder.resolve("kept"), "mine");
    var outside = Files.createDirectory(folder.resolve("outside"));
    var tree = Files.createDirectories(folder.resolve("tree/a/b"));
    Files.writeString(tree.resolve("file"), "x");
    Files.createSymbolicLink(tree.resolve("link"), kept);
    Files.createSymbolicLink(tree.resolve("links"), outside);
    Files.createSymbolicLink(tree.resolve("nowhere"), Path.of("/no/such/file"));

    Trees.delete(folder.resolve("tree"));

    assertThat(folder.resolve("tree")).doesNotExist();
    assertThat(kept).hasContent("mine");
    assertThat(outside).isDirectory();
  }

  @Test
  void a_tree_deeper_than_a_path_may_be_long_goes_too() throws IOException {
    var tree = Files.createDirectory(folder.resolve("tree"));
    var name = "d".repeat(200);
    for (int level = 0; level < 500; level++) {
      var above = Files.createDirectory(folder.resolve("above"));
      Files.move(tree, above.resolve(name));
      Files.writeString(above.resolve("file"), "x");
      Files.move(above, tree);
    }

    Trees.delete(tree);

    assertThat(tree).doesNotExist();
  }

  @Test
  void a_link_goes_and_what_is_not_there_is_gone_already() throws IOException {
    var kept = Files.createDirectory(folder.resolve("kept"));
    var link = Files.createSymbolicLink(folder.resolve("link"), kept);

    Trees.delete(link);
    Trees.delete(folder.resolve("missing"));

    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(kept).isDirectory();
  }
}
