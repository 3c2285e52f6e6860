package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.StorePeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {

  private static final UUID GROUP = UUID.fromString("6f4ad1d3-33a0-4d57-9c7b-5b3bdb0f2a11");

  private final Path root;
  private final StoreDirectory directory;

  StoreDirectoryTest(@TempDir Path root) {
    this.root = root;
    this.directory = new StoreDirectory(root);
  }

  @Test
  void what_was_set_aside_outlives_a_join_that_came_to_nothing() throws Exception {
    directory.make();
    write(directory.formed(directory.peer(GROUP, "first")), "all that there is");
    directory.retire();
    StorePeer second = directory.peer(GROUP, "second");
    write(second, "nothing of worth");

    directory.clear();

    assertThat(root.resolve("raft.former/" + GROUP + "/log")).hasContent("all that there is");
    assertThat(directory.group(second)).doesNotExist();
    assertThat(directory.peer(GROUP, "third").getPeerId()).isEqualTo("third");
  }

  @Test
  void what_was_set_aside_outlives_a_second_attempt_to_do_that() throws Exception {
    directory.make();
    write(directory.formed(directory.peer(GROUP, "first")), "all that there is");

    directory.retire();
    directory.retire(); // The first was cut short, as by a full disk.

    assertThat(root.resolve("raft.former/" + GROUP + "/log")).hasContent("all that there is");
  }

  private void write(StorePeer peer, String log) throws IOException {
    Files.createDirectories(directory.group(peer));
    Files.writeString(directory.group(peer).resolve("log"), log);
  }
}
