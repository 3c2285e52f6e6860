package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredWorkload;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackupsTest {

  private final InMemoryStore former = new InMemoryStore();
  private final InMemoryStore empty = new InMemoryStore();
  private final List<String> woken = new ArrayList<>();

  @AfterEach
  void close() {
    former.close();
    empty.close();
  }

  @Test
  void what_was_declared_is_there_again_and_what_was_the_cluster_is_not() {
    formed(former, "former");
    put(former, Keys.workload("default", "web"), "web");
    put(former, Keys.revision("default", "web", 1), "one");
    put(former, Keys.token("ci"), "hash");
    put(former, Keys.token("admin"), "theirs");
    put(former, Keys.assignment("default", "web", "web-0-x"), "there");
    put(former, Keys.node("0123456789ab"), "n1");
    formed(empty, "new");
    put(empty, Keys.token("admin"), "ours");

    restore(empty, backup(former));

    assertThat(keys(empty))
        .contains("workloads/default/web", "tokens/ci", Keys.revision("default", "web", 1))
        .noneMatch(key -> key.startsWith(Keys.ASSIGNMENTS) || key.startsWith(Keys.NODES));
    assertThat(value(empty, Keys.token("admin"))).isEqualTo("ours");
    assertThat(woken).containsExactly("default/web");
  }

  @Test
  void no_index_that_the_former_cluster_handed_out_comes_again() throws Exception {
    formed(former, "former");
    put(former, Keys.workload("default", "web"), "web");
    formed(empty, "new");
    var backup = backup(former);
    for (int i = 0; i < 10; i++) {
      put(former, Keys.workload("default", "later" + i), "after the backup");
    }

    restore(empty, backup);

    assertThat(empty.appliedIndex()).isGreaterThan(former.appliedIndex() + 1_000_000);
    var meta = StoredCluster.parseFrom(bytes(empty, Keys.META));
    assertThat(meta.getId()).isEqualTo("new");
    assertThat(meta.getRestoredFrom()).isEqualTo("former");
    assertThat(meta.getRestoring()).isFalse();
  }

  @Test
  void a_cluster_in_which_something_is_declared_is_left_as_it_is() {
    formed(former, "former");
    put(former, Keys.workload("default", "web"), "web");
    formed(empty, "new");
    put(empty, Keys.workload("default", "own"), "own");
    long index = empty.appliedIndex();

    assertThatThrownBy(() -> restore(empty, backup(former)))
        .hasMessageContaining("is not empty (there is workloads/default/own)");
    assertThat(empty.appliedIndex()).isEqualTo(index);
  }

  @Test
  void a_restore_that_broke_off_is_done_again() {
    formed(former, "former");
    put(former, Keys.workload("default", "web"), "web");
    formed(empty, "new");
    put(empty, Keys.META, StoredCluster.newBuilder().setId("new").setRestoring(true).build());
    put(empty, Keys.workload("default", "half"), "half");

    restore(empty, backup(former));

    assertThat(keys(empty)).contains("workloads/default/web");
  }

  @Test
  void without_a_majority_it_fails_and_says_so() {
    formed(former, "former");
    formed(empty, "new");
    empty.refuseWrites(StoreException.Kind.NO_MAJORITY);

    assertThatThrownBy(() -> restore(empty, backup(former)))
        .hasCauseInstanceOf(StoreException.class);
  }

  private static ControlPlane.Backup backup(InMemoryStore store) {
    return new Backups(store, () -> new Now(1, 2), (ns, name) -> {})
        .backup()
        .toCompletableFuture()
        .join();
  }

  private void restore(InMemoryStore store, ControlPlane.Backup backup) {
    new Backups(store, () -> new Now(1, 2), (ns, name) -> woken.add(ns + "/" + name))
        .restore(backup)
        .toCompletableFuture()
        .join();
  }

  private static void formed(InMemoryStore store, String id) {
    put(store, Keys.META, StoredCluster.newBuilder().setId(id).build());
  }

  private static void put(InMemoryStore store, String key, String value) {
    put(store, key, StoredWorkload.newBuilder().setUid(value).build());
  }

  private static void put(InMemoryStore store, String key, Message value) {
    var write = new Txn.Write.Put(key, value.toByteString());
    store.commit(new Txn(List.of(), List.of(write))).toCompletableFuture().join();
  }

  private static List<String> keys(InMemoryStore store) {
    return store
        .range(new RangeQuery("!", "~", 1000, true, 0))
        .toCompletableFuture()
        .join()
        .entries()
        .stream()
        .map(entry -> entry.key())
        .toList();
  }

  private static ByteString bytes(InMemoryStore store, String key) {
    return store.range(RangeQuery.key(key)).toCompletableFuture().join().entries().get(0).value();
  }

  private static String value(InMemoryStore store, String key) {
    try {
      return StoredWorkload.parseFrom(bytes(store, key)).getUid();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
