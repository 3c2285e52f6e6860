package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.open;
import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.store.RangeQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store makes of a directory that is not as it left it. */
class DamageTest {

  private final Path data;

  DamageTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_record_that_was_being_written_is_cut_and_the_rest_is_there() throws Exception {
    write(3);
    Path log = find("log_inprogress_");
    Files.write(log, new byte[] {(byte) 0x90, 0x4e, 8, 1}, StandardOpenOption.APPEND);

    try (var store = open(data)) {
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(3);
    }
  }

  @Test
  void a_flipped_bit_in_the_log_keeps_the_store_from_starting() throws Exception {
    write(3);
    Path log = find("log_inprogress_");
    byte[] content = Files.readAllBytes(log);
    content[content.length / 2] ^= 4;
    Files.write(log, content);

    assertThatThrownBy(() -> open(data))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining(log.toString())
        .hasMessageContaining("restore");
    assertThat(Files.readAllBytes(log)).isEqualTo(content);
  }

  @Test
  void a_flipped_bit_in_the_snapshot_keeps_the_store_from_starting() throws Exception {
    var config = RaftStores.config(data);
    try (var store = RaftStore.open(config.with(config.tuning().snapshotEvery(5, 1 << 20)))) {
      for (int i = 0; i < 6; i++) {
        put(store, "a/" + i, "value");
      }
    }
    Path snapshot = find("snapshot.");
    byte[] content = Files.readAllBytes(snapshot);
    content[content.length / 2] ^= 4;
    Files.write(snapshot, content);

    assertThatThrownBy(() -> open(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(snapshot.getFileName().toString())
        .hasMessageContaining("damaged");
  }

  @Test
  void a_lost_vote_of_the_only_server_keeps_nobody_from_the_rest() throws Exception {
    write(3);
    write(3); // A second term.
    Path vote = find("raft-meta.conf").resolveSibling("raft-meta");
    Files.write(vote, new byte[0]);

    try (var store = open(data)) {
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(3);
      put(store, "a/4", "after it");
    }
    try (var store = open(data)) {
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(4);
    }
  }

  @Test
  void a_vote_that_the_disk_refused_to_note_is_noted_when_the_store_is_closed() throws Exception {
    Path vote;
    String before;
    try (var store = open(data)) {
      put(store, "a/1", "value");
      vote = find("raft-meta.conf").resolveSibling("raft-meta");
      before = Files.readString(vote);
      Files.write(vote, new byte[0]); // So Ratis leaves it.
    }

    assertThat(Files.readAllLines(vote))
        .isNotEmpty()
        .isSubsetOf(before.lines().toList())
        .anyMatch(line -> line.startsWith("term="))
        .anyMatch(line -> line.matches("votedFor=.+"));
  }

  @Test
  void a_log_that_is_gone_is_never_made_anew() throws Exception {
    write(1);
    deleteTree(data.resolve("store/raft"));
    Files.createDirectory(data.resolve("store/raft"));

    assertThatThrownBy(() -> open(data))
        .isInstanceOf(Damaged.class)
        .hasMessageContaining("is gone")
        .hasMessageContaining("backup");
  }

  @Test
  void another_clusters_directory_is_refused() throws Exception {
    write(1);
    deleteTree(data.resolve("identity"));

    assertThatThrownBy(() -> open(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("belongs to the cluster");
  }

  @Test
  void a_second_process_on_the_same_directory_is_refused() throws Exception {
    try (var store = open(data)) {
      put(store, "a/1", "value");

      assertThatThrownBy(() -> open(data))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another running node");
      assertThat(read(store, RangeQuery.key("a/1").linearizable()).entries()).hasSize(1);
    }
  }

  private void write(int count) throws Exception {
    try (var store = open(data)) {
      for (int i = 0; i < count; i++) {
        put(store, "a/" + i, "value " + i);
      }
    }
  }

  private Path find(String prefix) throws IOException {
    try (var files = Files.walk(data.resolve("store/raft"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .filter(file -> !file.toString().endsWith(".md5"))
          .max(Comparator.comparing(Path::toString))
          .orElseThrow(() -> new AssertionError("no " + prefix + " below " + data));
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (var files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
