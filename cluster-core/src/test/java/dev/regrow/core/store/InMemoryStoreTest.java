package dev.regrow.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.Txn.Condition.Absent;
import dev.regrow.core.store.Txn.Write.Put;
import dev.regrow.core.store.testing.InMemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InMemoryStoreTest {

  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  private final WatchListener listener =
      new WatchListener() {
        @Override
        public void onChanges(long index, List<Change> changes) {
          heard.add(index + ":" + String.join(",", changes.stream().map(Change::key).toList()));
        }

        @Override
        public void onGone(long oldestIndex) {
          heard.add("gone:" + oldestIndex);
        }
      };

  @Test
  void a_watch_hears_what_was_before_it_and_what_comes_after() throws InterruptedException {
    try (var store = new InMemoryStore()) {
      put(store, "a/1");
      put(store, "b/1");

      store.watch("a/", 0, listener);
      assertThat(next()).isEqualTo("1:a/1");
      put(store, "b/2");
      put(store, "a/2");

      assertThat(next()).isEqualTo("4:a/2");
    }
  }

  @Test
  void a_watch_from_before_the_history_is_told_so_and_ends() throws InterruptedException {
    try (var store = new InMemoryStore(new ChangeHistory.Bound(3, 1 << 20))) {
      for (int i = 0; i < 10; i++) {
        put(store, "a/" + i);
      }

      store.watch("a/", 2, listener);
      assertThat(next()).isEqualTo("gone:7");
      put(store, "a/more");
      store.watch("a/", 10, listener);

      assertThat(next()).isEqualTo("11:a/more");
      assertThat(heard).isEmpty();
    }
  }

  @Test
  void a_read_waits_for_its_minimum_index() throws Exception {
    try (var store = new InMemoryStore()) {
      var read = store.range(RangeQuery.key("a/1").atLeast(1)).toCompletableFuture();
      assertThat(read).isNotDone();

      put(store, "a/1");

      assertThat(read.get(5, TimeUnit.SECONDS).entries()).hasSize(1);
    }
  }

  @Test
  void a_read_that_waits_too_long_is_told_that_this_replica_is_behind() {
    try (var store = new InMemoryStore()) {
      store.waitForMinIndex(Duration.ofMillis(20));

      var read = store.range(RangeQuery.key("a/1").atLeast(7)).toCompletableFuture();

      assertThatThrownBy(read::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              StoreException.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.BEHIND));
    }
  }

  @Test
  void a_lost_reply_leaves_the_write_applied_and_a_refusal_does_not() {
    try (var store = new InMemoryStore()) {
      store.loseReplies(1);
      assertThat(store.commit(putting("a/1")).toCompletableFuture()).isCompletedExceptionally();
      store.refuseWrites(Kind.DISK_FULL);
      assertThat(store.commit(putting("a/2")).toCompletableFuture()).isCompletedExceptionally();
      store.acceptWrites();

      var all = store.range(RangeQuery.prefix("a/")).toCompletableFuture().join();

      assertThat(all.entries()).extracting(Entry::key).containsExactly("a/1");
    }
  }

  @Test
  void a_second_creation_is_refused_with_the_index_of_the_first() {
    try (var store = new InMemoryStore()) {
      put(store, "a/1");

      var again =
          store.commit(
              new Txn(List.of(new Absent("a/1")), List.of(new Put("a/1", ByteString.EMPTY))));

      assertThat(again.toCompletableFuture().join())
          .isEqualTo(new TxnResult.ConditionFailed("a/1", 1));
      assertThat(store.appliedIndex()).isEqualTo(1);
    }
  }

  private static Txn putting(String key) {
    return new Txn(List.of(), List.of(new Put(key, ByteString.copyFromUtf8(key))));
  }

  private static void put(Store store, String key) {
    store.commit(putting(key)).toCompletableFuture().join();
  }

  private String next() throws InterruptedException {
    String said = heard.poll(5, TimeUnit.SECONDS);
    return said == null ? "nothing within 5 s" : said;
  }
}
