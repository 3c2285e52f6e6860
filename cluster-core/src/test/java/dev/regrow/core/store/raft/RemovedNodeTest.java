package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.StoredRemoval;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a node that was removed for good. */
class RemovedNodeTest {

  private final Path data;

  RemovedNodeTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_removed_worker_is_refused_by_every_server_and_told_why() throws Exception {
    try (var servers = Servers.first(data)) {
      var identity = servers.admitted(data.resolve("worker"), 9);
      try (var worker = RemoteStore.connect(identity, List.of(servers.config(1).address()))) {
        put(worker, "a/1", "before");
        assertThat(worker.expelled().toCompletableFuture()).isNotDone();

        remove(servers.get(1), identity.nodeUid());

        assertThatThrownBy(() -> read(worker, RangeQuery.key("a/1")))
            .hasMessageContaining("removed from the cluster for good");
        assertThat(worker.expelled().toCompletableFuture().get(10, TimeUnit.SECONDS))
            .contains("node n9", identity.nodeUid(), "empty --data and a join token");
      }
    }
  }

  @Test
  void a_server_that_was_removed_while_it_was_stopped_is_told_so_and_votes_no_more()
      throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      int gone = letGoWhileStopped(servers);
      int left = servers.leader();
      var uid = servers.config(gone).identity().nodeUid();
      remove(servers.get(left), uid);

      var back = servers.start(gone);

      assertThat(back.expelled().toCompletableFuture().get(20, TimeUnit.SECONDS))
          .contains("removed from the cluster for good");
      assertThat(back.health().writable()).isFalse();
      assertThat(servers.awaitGroup(group -> group.members().size() == 2, "two members").members())
          .noneMatch(member -> member.nodeUid().equals(uid));
    }
  }

  @Test
  void a_server_that_was_let_go_and_is_wanted_all_the_same_joins_anew_when_it_is_opened_again()
      throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      int gone = letGoWhileStopped(servers);
      int left = servers.leader();
      put(servers.get(left), "a/1", "while it was out");

      var back = servers.start(gone);
      back.letGo().toCompletableFuture().get(20, TimeUnit.SECONDS);
      assertThat(back.expelled().toCompletableFuture()).isNotDone();
      servers.stop(gone);
      var again = servers.start(gone);

      servers.awaitGroup(group -> group.voters().size() == 3, "three voters");
      assertThat(read(again, RangeQuery.key("a/1").linearizable()).entries()).hasSize(1);
      assertThat(again.letGo().toCompletableFuture()).isNotDone();
    }
  }

  /** Returns the number of one that is stopped, and no more in the group. */
  private static int letGoWhileStopped(Servers servers) throws Exception {
    int gone = servers.follower();
    var uid = servers.config(gone).identity().nodeUid();
    servers.stop(gone);
    var left = servers.get(servers.leader());
    left.remove(uid, false).toCompletableFuture().get(20, TimeUnit.SECONDS);
    return gone;
  }

  private static void remove(Store store, String uid) throws Exception {
    var record = StoredRemoval.newBuilder().setNodeUid(uid).setName("n9").setAt(1).build();
    store
        .commit(
            new Txn(
                List.of(), List.of(new Txn.Write.Put(Keys.removed(uid), record.toByteString()))))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }
}
