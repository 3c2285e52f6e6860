package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.open;
import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftStoreTest {

  @Test
  void what_was_acknowledged_is_there_after_a_restart(@TempDir Path data) throws Exception {
    try (var store = open(data)) {
      assertThat(put(store, "workloads/a/web", "1")).isEqualTo(new TxnResult.Committed(1));
      assertThat(put(store, "workloads/a/web", "2")).isEqualTo(new TxnResult.Committed(2));
    }

    try (var store = open(data)) {
      var found = read(store, RangeQuery.key("workloads/a/web").linearizable());

      assertThat(found.entries())
          .containsExactly(new Entry("workloads/a/web", ByteString.copyFromUtf8("2"), 1, 2));
      assertThat(put(store, "workloads/a/web", "3")).isEqualTo(new TxnResult.Committed(3));
      assertThat(store.health().writable()).isTrue();
    }
  }

  @Test
  void an_index_that_nobody_was_ever_told_is_refused_instead_of_waited_for(@TempDir Path data)
      throws Exception {
    try (var store = open(data)) {
      put(store, "a/1", "one");

      assertThat(read(store, RangeQuery.prefix("a/").atLeast(1)).entries()).hasSize(1);
      for (var query :
          List.of(
              RangeQuery.prefix("a/").atLeast(1_000),
              RangeQuery.prefix("a/").atLeast(1_000).linearizable())) {
        assertThatThrownBy(() -> read(store, query))
            .rootCause()
            .isInstanceOfSatisfying(
                StoreException.class,
                refused -> assertThat(refused.kind()).isEqualTo(StoreException.Kind.UNKNOWN_INDEX))
            .hasMessageContaining("index 1000 is none of this cluster, which has come to 1");
      }
    }
  }

  @Test
  void a_server_that_gave_up_is_started_again_in_place_and_watches_go_on(@TempDir Path data)
      throws Exception {
    try (var store = open(data)) {
      put(store, "a/1", "one");
      var heard = new LinkedBlockingQueue<Long>();
      store.watch("a/", 0, new Indexes(heard));
      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(1);

      Objects.requireNonNull(store.keeper().current()).close();
      put(store, "a/2", "two");

      assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(store.appliedIndex()).isEqualTo(2);
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(2);
    }
  }

  @Test
  void a_second_writer_of_the_same_version_is_refused(@TempDir Path data) throws Exception {
    try (var store = open(data)) {
      put(store, "a/1", "one");
      var write = new Txn.Write.Put("a/1", ByteString.copyFromUtf8("two"));
      var onOne = new Txn(List.of(new Txn.Condition.ChangedAt("a/1", 1)), List.of(write));

      var first = store.commit(onOne).toCompletableFuture();
      var second = store.commit(onOne).toCompletableFuture();

      assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new TxnResult.Committed(2));
      assertThat(second.get(10, TimeUnit.SECONDS))
          .isEqualTo(new TxnResult.ConditionFailed("a/1", 2));
    }
  }

  @Test
  void what_is_larger_than_the_store_takes_is_refused(@TempDir Path data) throws Exception {
    try (var store = open(data)) {
      var large = store.commit(RaftStores.putting("a/1", "x".repeat(1 << 20)));

      assertThat(large.toCompletableFuture())
          .failsWithin(5, TimeUnit.SECONDS)
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(StoreException.class)
          .withMessageContaining("split it");
    }
  }

  @Test
  void the_log_is_purged_behind_snapshots_of_which_two_are_kept(@TempDir Path data)
      throws Exception {
    var config = RaftStores.config(data);
    var often = config.with(config.tuning().snapshotEvery(10, 1 << 20).segmentsOf(1 << 20));
    try (var store = RaftStore.open(often)) {
      for (int i = 0; i < 200; i++) {
        put(store, "a/" + i % 7, "x".repeat(50_000));
      }
    }

    assertThat(count(data, "snapshot\\.\\d+_\\d+"))
        .isBetween(1L, 3L); // One may be new since the last purge.
    assertThat(count(data, "log_.*")).isLessThan(8);
    try (var store = RaftStore.open(often)) {
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(7);
      assertThat(store.appliedIndex()).isEqualTo(200);
      assertThat(store.health().snapshotIndex()).isPositive();
    }
  }

  @Test
  void a_closed_store_says_so(@TempDir Path data) throws Exception {
    var store = open(data);
    store.close();
    store.close();

    assertThat(store.commit(RaftStores.putting("a/1", "x")).toCompletableFuture())
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("closed");
    assertThat(store.health().writable()).isFalse();
  }

  private static long count(Path data, String name) throws IOException {
    try (var files = Files.walk(data)) {
      return files.filter(file -> file.getFileName().toString().matches(name)).count();
    }
  }

  private record Indexes(Queue<Long> heard) implements WatchListener {
    @Override
    public void onChanges(long index, List<Change> changes) {
      heard.add(index);
    }

    @Override
    public void onGone(long oldestIndex) {
      heard.add(-oldestIndex);
    }
  }
}
