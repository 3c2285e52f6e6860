package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.disk.DiskPace;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several servers in one process, with real logs and real connections. */
class ReplicatedStoreTest {

  private final Path data;

  ReplicatedStoreTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_group_of_one_grows_to_three_and_every_server_takes_reads_and_writes() throws Exception {
    try (var servers = Servers.first(data)) {
      put(servers.get(1), "a/1", "one");
      servers.join();
      var two = servers.awaitGroup(group -> group.members().size() == 2, "two members");
      assertThat(two.voters()).hasSize(1);

      servers.join();
      var three = servers.awaitGroup(group -> group.voters().size() == 3, "three voters");

      assertThat(three.failuresTolerated()).isEqualTo(1);
      assertThat(three.members()).extracting(Member::nodeUid).doesNotHaveDuplicates();
      put(servers.get(2), "a/2", "two");
      put(servers.get(3), "a/3", "three");
      for (int i = 1; i <= 3; i++) {
        assertThat(read(servers.get(i), RangeQuery.prefix("a/").linearizable()).entries())
            .hasSize(3);
        assertThat(servers.get(i).appliedIndex()).isEqualTo(3);
      }
    }
  }

  @Test
  void a_listener_waits_until_its_vote_makes_their_number_odd() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      servers.join();
      var four =
          servers.awaitGroup(
              group -> group.members().size() == 4 && lagKnown(group), "four members");

      assertThat(four.voters()).hasSize(3);
      put(servers.get(4), "a/4", "by the one that listens");
      assertThat(read(servers.get(4), RangeQuery.key("a/4").linearizable()).entries()).hasSize(1);
      servers.join(true);
      var five = servers.awaitGroup(group -> group.voters().size() == 5, "five voters");
      assertThat(five.members()).filteredOn(Member::witness).hasSize(1);
    }
  }

  /** As a leader does before it lets it in as a voter, and may not live to do. */
  @Test
  void a_listener_that_was_let_out_in_order_to_vote_comes_again_if_nobody_lets_it_in()
      throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      servers.join();
      var four =
          servers.awaitGroup(
              group -> group.members().size() == 4 && lagKnown(group), "four members");
      var listener = four.members().stream().filter(one -> !one.voter()).findFirst().orElseThrow();
      var node = Objects.requireNonNull(servers.get(servers.leader()).keeper().current());

      Servers.await(() -> letsOut(node, listener), () -> "the group does not change");

      servers.awaitGroup(
          group -> group.members().stream().anyMatch(one -> one.peerId().equals(listener.peerId())),
          "the one that was let out");
      put(servers.get(4), "a/4", "by the one that listens again");
      assertThat(read(servers.get(4), RangeQuery.key("a/4").linearizable()).entries()).hasSize(1);
    }
  }

  /** False while another change is under way. */
  private static boolean letsOut(RaftNode node, Member listener) {
    try {
      StoreGroup now = node.group().view();
      node.group().change(now, Roster.without(now, listener), 10_000).get(20, TimeUnit.SECONDS);
      return true;
    } catch (IOException | ExecutionException | TimeoutException notNow) {
      return false;
    } catch (InterruptedException stop) {
      throw new AssertionError(stop);
    }
  }

  private static boolean lagKnown(StoreGroup group) {
    return group.members().stream().allMatch(member -> member.lag() >= 0);
  }

  @Test
  void when_the_leader_goes_the_others_go_on_without_an_election() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      int leader = servers.leader();
      int other = servers.follower();
      put(servers.get(other), "a/1", "one");
      long before = termOf(servers.get(other));

      servers.stop(leader);
      put(servers.get(other), "a/2", "two");

      assertThat(termOf(servers.get(other))).isLessThanOrEqualTo(before + 1);
      RaftStore back = servers.start(leader);
      assertThat(read(back, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(2);
    }
  }

  private static long termOf(RaftStore store) throws Exception {
    return store.group().toCompletableFuture().get(10, TimeUnit.SECONDS).term();
  }

  @Test
  void without_a_majority_nothing_is_acknowledged_and_the_answer_says_why() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      put(servers.get(1), "a/1", "one");
      int last = servers.leader();
      for (int i = 1; i <= 3; i++) {
        if (i != last) {
          servers.stop(i);
        }
      }

      var write = servers.get(last).commit(RaftStores.putting("a/2", "two")).toCompletableFuture();
      var read = servers.get(last).range(RangeQuery.key("a/1").linearizable());

      assertThat(write)
          .failsWithin(15, TimeUnit.SECONDS)
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(StoreException.class);
      assertThat(read.toCompletableFuture())
          .failsWithin(15, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("try again");
      assertThat(read(servers.get(last), RangeQuery.key("a/1")).entries()).hasSize(1);
    }
  }

  @Test
  void a_server_that_lost_its_directory_comes_back_as_a_new_member() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      put(servers.get(1), "a/1", "one");
      int lost = servers.follower();
      String uid = servers.config(lost).identity().nodeUid();
      String former = peerOf(servers, uid);
      servers.stop(lost);
      deleteTree(servers.config(lost).directory());

      RaftStore back = servers.start(lost);

      var group =
          servers.awaitGroup(
              now -> now.voters().size() == 3 && !peerOf(now, uid).equals(former),
              "three voters, one of them new");
      assertThat(group.members()).hasSize(3);
      assertThat(read(back, RangeQuery.key("a/1").linearizable()).entries()).hasSize(1);
    }
  }

  /** What a server is not to start on. */
  enum Damage {
    LOG {
      @Override
      void strike(Path directory) throws IOException {
        flipBit(directory);
      }
    },
    /** As Ratis leaves it when the disk refuses to write a new one. */
    VOTE {
      @Override
      void strike(Path directory) throws IOException {
        Files.write(vote(directory), new byte[0]);
      }
    };

    abstract void strike(Path directory) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void a_server_with_a_damaged_log_or_vote_is_filled_again_by_the_others(Damage damage)
      throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      put(servers.get(1), "a/1", "one");
      put(servers.get(1), "a/2", "two");
      int damaged = servers.follower();
      String uid = servers.config(damaged).identity().nodeUid();
      String former = peerOf(servers, uid);
      servers.stop(damaged);
      damage.strike(servers.config(damaged).directory());

      RaftStore back = servers.start(damaged);

      servers.awaitGroup(
          now -> now.voters().size() == 3 && !peerOf(now, uid).equals(former),
          "three voters, one of them new");
      assertThat(read(back, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(2);
    }
  }

  @Test
  void servers_that_are_damaged_at_once_keep_what_they_have_until_others_can_fill_them()
      throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      put(servers.get(1), "a/1", "one");
      String second = servers.config(2).identity().nodeUid();
      String former = peerOf(servers, second);
      servers.stopAll();
      Path kept = data.resolve("kept");
      Files.copy(vote(servers.config(1).directory()), kept);
      Damage.VOTE.strike(servers.config(1).directory());
      Damage.VOTE.strike(servers.config(2).directory());

      for (int i = 1; i <= 3; i++) {
        servers.start(i);
      }

      // The only whole one cannot lead alone, and whoever gave its log up now would lose it.
      assertThat(servers.get(3).commit(RaftStores.putting("a/2", "two")).toCompletableFuture())
          .failsWithin(30, TimeUnit.SECONDS);
      for (int i = 1; i <= 2; i++) {
        assertThat(servers.get(i).health().message())
            .contains("neither votes nor leads")
            .contains(vote(servers.config(i).directory()).toString());
        assertThat(setAside(servers, i)).doesNotExist();
      }

      servers.stop(1);
      Files.copy(kept, vote(servers.config(1).directory()), StandardCopyOption.REPLACE_EXISTING);
      servers.start(1); // As somebody does who has repaired it.
      servers.awaitGroup(
          now -> now.voters().size() == 3 && !peerOf(now, second).equals(former),
          "three voters, the second of them new");
      assertThat(read(servers.get(2), RangeQuery.key("a/1").linearizable()).entries()).hasSize(1);
      assertThat(setAside(servers, 2)).isNotEmptyDirectory();
    }
  }

  @Test
  void how_far_its_log_went_stays_on_record_while_a_damaged_server_waits() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      servers.stopAll();
      Path directory = servers.config(2).directory();
      Path record = directory.resolve("pace");
      new DiskPace(record).ask(1_000);
      Files.delete(directory.resolve("peer"));

      for (int start = 1; start <= 2; start++) {
        assertThat(servers.start(2).health().message()).contains("neither votes nor leads");
        servers.stop(2);
        assertThat(DiskPace.written(record)).isEqualTo(1_000);
      }
    }
  }

  @Test
  void what_was_set_aside_outlives_restarts_of_a_server_that_nobody_lets_in() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      servers.stopAll();
      new StoreDirectory(servers.config(2).directory()).retire();

      for (int start = 1; start <= 2; start++) {
        servers.start(2);
        servers.stop(2);
      }

      assertThat(vote(setAside(servers, 2))).exists();
    }
  }

  private static Path setAside(Servers servers, int number) {
    return servers.config(number).directory().resolve("raft.former");
  }

  private static Path vote(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(file -> file.endsWith("current/raft-meta")).findAny().orElseThrow();
    }
  }

  @Test
  void a_server_far_behind_is_fed_a_snapshot_and_its_watches_learn_of_the_gap() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      for (int i = 1; i <= 3; i++) { // Small logs, so that the snapshot is what is left.
        var config = servers.config(i);
        servers.stop(i);
        servers.reconfigure(
            i, config.with(config.tuning().snapshotEvery(20, 1 << 20).segmentsOf(1 << 20)));
        servers.start(i);
      }
      int behind = servers.follower();
      servers.stop(behind);
      int writer = servers.leader();
      for (int i = 0; i < 60; i++) {
        put(servers.get(writer), "a/" + i % 7, "x".repeat(60_000));
      }

      RaftStore back = servers.start(behind);

      assertThat(read(back, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(7);
      assertThat(back.appliedIndex()).isEqualTo(60);
      put(back, "a/last", "after the snapshot");
      assertThat(read(back, RangeQuery.key("a/last").atLeast(61)).entries()).hasSize(1);
    }
  }

  @Test
  void a_removed_server_serves_no_more_and_what_remains_goes_on() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      int gone = servers.leader();
      String uid = servers.config(gone).identity().nodeUid();
      int other = servers.follower();

      var group =
          servers.get(other).remove(uid, false).toCompletableFuture().get(30, TimeUnit.SECONDS);

      assertThat(group.members()).extracting(Member::nodeUid).doesNotContain(uid).hasSize(2);
      put(servers.get(other), "a/1", "one");
      Servers.await(
          () -> servers.get(gone).health().message().contains("removed"),
          () -> servers.get(gone).health().toString());
    }
  }

  @Test
  void what_would_cost_the_quorum_is_refused() throws Exception {
    try (var servers = Servers.first(data)) {
      String uid = servers.config(1).identity().nodeUid();

      assertThat(servers.get(1).remove(uid, true).toCompletableFuture())
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableThat()
          .withMessageContaining("last server that votes");
    }
  }

  private static String peerOf(Servers servers, String uid) {
    return peerOf(servers.awaitGroup(group -> !peerOf(group, uid).isEmpty(), uid), uid);
  }

  private static String peerOf(StoreGroup group, String uid) {
    return group.members().stream()
        .filter(member -> member.nodeUid().equals(uid))
        .map(Member::peerId)
        .findFirst()
        .orElse("");
  }

  private static void flipBit(Path store) throws IOException {
    try (var files = Files.walk(store)) {
      Path log =
          files
              .filter(file -> String.valueOf(file.getFileName()).startsWith("log_"))
              .max(Comparator.comparing(Path::toString))
              .orElseThrow();
      byte[] content = Files.readAllBytes(log);
      content[60] ^= 4;
      Files.write(log, content);
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
