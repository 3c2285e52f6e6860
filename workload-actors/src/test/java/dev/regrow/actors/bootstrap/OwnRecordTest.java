package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class OwnRecordTest {

  private static final String UID = "uid";

  private final List<String> wanted = new ArrayList<>();
  private int registered;

  @Test
  void what_was_wanted_once_and_has_been_taken_back_is_not_obeyed() throws Exception {
    var agreed = store("server");
    var behind = new Behind(store("worker"), agreed);

    follow(behind);

    assertThat(wanted).containsExactly("server");
  }

  @Test
  void what_is_wanted_is_told() throws Exception {
    var agreed = store("worker");

    follow(agreed);

    assertThat(wanted).containsExactly("worker");
  }

  @Test
  void a_node_that_has_told_the_cluster_only_where_it_is_does_not_count_as_registered()
      throws Exception {
    var record = StoredNode.newBuilder().setMember("pekko://regrow@127.0.0.1:1#1");
    follow(store(record));
    assertThat(registered).isZero();

    follow(store(record.setName("n1")));

    assertThat(registered).isOne();
  }

  private void follow(Store store) {
    var scheduler = Executors.newSingleThreadScheduledExecutor();
    try {
      new OwnRecord(store, UID, scheduler, () -> registered++, wanted::add, why -> {}).follow();
    } finally {
      scheduler.shutdownNow();
    }
  }

  private static InMemoryStore store(String role) throws Exception {
    return store(StoredNode.newBuilder().setWantedRole(role));
  }

  private static InMemoryStore store(StoredNode.Builder record) throws Exception {
    var store = new InMemoryStore();
    var node = record.setUid(UID).build();
    store
        .commit(new Txn(List.of(), List.of(new Txn.Write.Put(Keys.node(UID), node.toByteString()))))
        .toCompletableFuture()
        .get();
    return store;
  }

  /** A replica that has not read all yet. */
  private record Behind(Store replica, Store agreed) implements Store {
    @Override
    public CompletionStage<RangeResult> range(RangeQuery query) {
      return query.consistent() ? agreed.range(query) : replica.range(query);
    }

    @Override
    public Watch watch(String prefix, long afterIndex, WatchListener listener) {
      return replica.watch(prefix, afterIndex, listener);
    }

    @Override
    public CompletionStage<TxnResult> commit(Txn txn) {
      return agreed.commit(txn);
    }

    @Override
    public long appliedIndex() {
      return replica.appliedIndex();
    }

    @Override
    public Health health() {
      return replica.health();
    }

    @Override
    public void close() {
      replica.close();
      agreed.close();
    }
  }
}
