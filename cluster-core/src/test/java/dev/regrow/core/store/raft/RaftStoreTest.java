package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.open;
import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.TxnResult;
import java.nio.file.Path;
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
}
