package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes nothing is played by a directory in the place of the file that is written. */
class OwnContextFileTest {

  private static final Context EARLIER = context("admin.secret", 7);
  private static final Context NOW = context("admin.secret", 8);

  private final Queue<Runnable> later = new ArrayDeque<>();
  private final Path path;
  private final OwnContextFile file;

  OwnContextFileTest(@TempDir Path data) {
    this.path = data.resolve("context.json");
    this.file = new OwnContextFile(ContextFile.at(path), later::add);
  }

  @Test
  void a_restart_on_a_full_disk_keeps_the_file_and_writes_it_when_there_is_room() throws Exception {
    file.write(EARLIER);
    var obstacle = diskIsFull();

    file.write(NOW);

    assertThat(file.read()).contains(EARLIER);
    later.remove().run();
    assertThat(file.read()).contains(EARLIER);
    thereIsRoom(obstacle);
    later.remove().run();
    assertThat(file.read()).contains(NOW);
    assertThat(later).isEmpty();
  }

  @Test
  void a_token_that_would_be_nowhere_is_not_used() throws Exception {
    file.write(context("admin.other", 7));
    diskIsFull();

    assertThatThrownBy(() -> file.write(NOW))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("cannot write the context file " + path);
    assertThat(later).isEmpty();
  }

  @Test
  void nor_is_the_first_one() throws Exception {
    diskIsFull();

    assertThatThrownBy(() -> file.write(NOW)).isInstanceOf(StartFailure.class);
  }

  @Test
  void a_node_without_a_token_of_its_own_starts_all_the_same() throws Exception {
    var obstacle = diskIsFull();
    file.write(context("", 7));
    thereIsRoom(obstacle);

    later.remove().run();

    assertThat(file.read()).contains(context("", 7));
  }

  private Path diskIsFull() throws IOException {
    var next = path.resolveSibling("context.json.next");
    return Files.createFile(Files.createDirectories(next).resolve("in-the-way"));
  }

  private static void thereIsRoom(Path obstacle) throws IOException {
    Files.delete(obstacle);
  }

  private static Context context(String token, long pid) {
    var node = new Context.LocalNode("n1", "http://127.0.0.1:7400", pid, 1, "/data");
    return new Context("http://127.0.0.1:7400", token, "", "default", List.of(node));
  }
}
