package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoleFileTest {

  private final Path data;
  private final RoleFile file;

  RoleFileTest(@TempDir Path data) {
    this.data = data;
    this.file = RoleFile.in(data);
  }

  @Test
  void what_a_node_was_it_stays_and_another_word_is_refused() {
    assertThat(file.settle(Optional.of("worker"), true)).isEqualTo("worker");

    assertThat(file.settle(Optional.empty(), false)).isEqualTo("worker");
    assertThatThrownBy(() -> file.settle(Optional.of("server"), false))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("is a worker");
  }

  @Test
  void what_the_cluster_made_it_counts_more_than_the_command_line_of_its_unit() throws Exception {
    file.settle(Optional.of("worker"), true);

    file.become("server");

    assertThat(file.settle(Optional.of("worker"), false)).isEqualTo("server");
  }

  @Test
  void what_a_disk_refuses_to_note_is_noted_as_soon_as_it_takes_it() throws Exception {
    file.settle(Optional.of("worker"), true);
    Path role = data.resolve("role");
    Files.delete(role);
    Files.createDirectories(role.resolve("in the way"));
    var attempts = new AtomicInteger();

    file.becomeInTime("server", () -> makeWayAfter(attempts, 3, role), () -> false);

    assertThat(attempts).hasValue(3);
    assertThat(file.settle(Optional.empty(), false)).isEqualTo("server");
  }

  @Test
  void a_node_that_ends_meanwhile_stays_what_it_was() throws Exception {
    Files.createDirectories(data.resolve("role").resolve("in the way"));
    var attempts = new AtomicInteger();

    file.becomeInTime("server", attempts::incrementAndGet, () -> attempts.get() == 2);

    assertThat(attempts).hasValue(2);
  }

  private static void makeWayAfter(AtomicInteger attempts, int refused, Path role) {
    try {
      if (attempts.incrementAndGet() == refused) {
        Files.delete(role.resolve("in the way"));
        Files.delete(role);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_file_that_a_power_cut_emptied_says_nothing() throws Exception {
    file.settle(Optional.of("server"), true);
    Files.writeString(data.resolve("role"), "");

    assertThat(file.settle(Optional.of("server"), false)).isEqualTo("server");
    assertThat(file.settle(Optional.empty(), false)).isEqualTo("server");
  }

  @Test
  void a_node_that_was_removed_does_not_start_again_and_says_why() {
    RemovedMark.in(data).refuse();

    RemovedMark.in(data).write("node n3 was removed");

    assertThatThrownBy(() -> RemovedMark.in(data).refuse())
        .isInstanceOf(StartFailure.class)
        .hasMessage("node n3 was removed");
  }
}
