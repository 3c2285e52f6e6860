package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Removed;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.AssignmentLease;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredDowns;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredPlace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemovalsTest {

  private static final String UID = "0123456789ab";
  private static final String MEMBER = "pekko://regrow@10.0.0.3:7410#77";

  private final InMemoryStore store = new InMemoryStore();
  private final Removals removals = new Removals(store);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void a_node_that_has_instances_is_not_removed_and_the_refusal_names_them() {
    aNode(NodeScheduling.CORDONED);
    assigned("web-1", false);

    assertThatThrownBy(() -> remove(false))
        .hasCauseInstanceOf(MembershipRefused.class)
        .hasMessageContaining("default/web-1")
        .hasMessageContaining("drain n3");
    assertThat(read(Keys.removed(UID))).isEmpty();
  }

  @Test
  void a_node_that_takes_new_instances_is_not_removed() {
    aNode(NodeScheduling.OPEN);

    assertThatThrownBy(() -> remove(false)).hasMessageContaining("still takes new instances");
  }

  @Test
  void an_empty_node_is_declared_dead_marked_and_forgotten() throws Exception {
    aNode(NodeScheduling.CORDONED);
    assigned("done-1", true);

    remove(false);

    var marked = StoredNode.parseFrom(read(Keys.node(UID)).orElseThrow());
    assertThat(marked.getPhase()).isEqualTo(NodePhase.NODE_DOWN);
    assertThat(marked.getRemovedAt()).isEqualTo(4711);
    assertThat(
            StoredDowns.parseFrom(read(Keys.DOWNS).orElseThrow()).getDownsList().get(0).getMember())
        .isEqualTo(MEMBER);
    assertThat(Removed.words(read(Keys.removed(UID)).orElseThrow()))
        .contains("node n3", UID, "for good", "join token");
    assertThat(forget(Duration.ZERO)).isTrue();
    assertThat(read(Keys.node(UID))).isEmpty();
    assertThat(read(Keys.removed(UID))).isPresent();
  }

  @Test
  void a_dead_node_is_removed_by_force_and_remembered_until_all_it_had_is_replaced() {
    aNode(NodeScheduling.OPEN);
    assigned("web-1", false);

    remove(true);

    assertThat(forget(Duration.ZERO)).isFalse();
    assigned("web-1", true);
    assertThat(forget(Duration.ZERO)).isTrue();
  }

  @Test
  void what_nobody_strikes_off_the_dead_node_is_struck_off_when_no_lease_can_last() {
    aNode(NodeScheduling.OPEN);
    assigned("web-1", false);
    remove(true);

    forget(Removals.FREED_AFTER);

    assertThat(read(Keys.assignment("default", "app", "web-1"))).isEmpty();
    assertThat(read(Keys.nodeAssignment(UID, "default", "app", "web-1"))).isEmpty();
    assertThat(forget(Removals.FREED_AFTER)).isTrue();
  }

  @Test
  void nothing_is_struck_off_by_who_has_just_heard_of_the_removal_whatever_its_wall_clock_says() {
    aNode(NodeScheduling.OPEN);
    assigned("web-1", false);
    remove(true);

    forget(Duration.ofSeconds(1)); // The record says that it was removed in 1970.

    assertThat(read(Keys.assignment("default", "app", "web-1"))).isPresent();
  }

  @Test
  void what_lives_on_a_long_lease_is_not_struck_off_before_that_is_over() {
    aNode(NodeScheduling.OPEN);
    assigned("web-1", false);
    put(Keys.assignment("default", "app", "web-1"), leased(60_000));
    remove(true);

    forget(Duration.ofSeconds(60));
    assertThat(read(Keys.assignment("default", "app", "web-1"))).isPresent();
    forget(Duration.ofSeconds(62));
    assertThat(read(Keys.assignment("default", "app", "web-1"))).isEmpty();
  }

  private static StoredAssignment leased(long millis) {
    return StoredAssignment.newBuilder()
        .setInstanceId("web-1")
        .setSlot("web-1")
        .setNodeUid(UID)
        .setLease(AssignmentLease.LEASE_HELD)
        .setLeaseMillis(millis)
        .build();
  }

  private boolean forget(Duration known) {
    return removals.forget(UID, known).toCompletableFuture().join();
  }

  @Test
  void a_node_that_has_data_is_removed_by_force_only_and_its_slots_may_begin_anew() {
    aNode(NodeScheduling.CORDONED);
    dataOfDb0(UID, 0);

    assertThatThrownBy(() -> remove(false))
        .hasCauseInstanceOf(MembershipRefused.class)
        .hasMessageContaining("default/data/db-0")
        .hasMessageContaining("--force n3");
    remove(true);
    forget(Duration.ZERO);

    assertThat(read(Keys.node(UID))).isEmpty();
    assertThat(read(Keys.place("default", "db", "data", 0))).isEmpty();
    assertThat(read(Keys.nodeVolume(UID, "default", "data", "db-0"))).isEmpty();
  }

  @Test
  void a_server_that_comes_late_leaves_the_new_place_of_a_slot_alone() throws Exception {
    aNode(NodeScheduling.CORDONED);
    dataOfDb0(UID, 0);
    remove(true);
    var stalls = new CompletableFuture<Void>();
    var late =
        new Removals(new StallingStore(store, stalls))
            .forget(UID, Duration.ZERO)
            .toCompletableFuture();
    removals.forget(UID, Duration.ZERO).toCompletableFuture().join();
    dataOfDb0("444444444444", 0);

    stalls.complete(null);

    assertThat(late.join()).isFalse();
    assertThat(placeOfDb0().getNodeUid()).isEqualTo("444444444444");
  }

  @Test
  void a_removed_node_that_had_yet_to_delete_data_takes_no_place_elsewhere_with_it()
      throws Exception {
    aNode(NodeScheduling.CORDONED);
    dataOfDb0(UID, 4000);
    dataOfDb0("444444444444", 0);

    remove(true);

    assertThat(removals.forget(UID, Duration.ZERO).toCompletableFuture().join()).isTrue();
    assertThat(read(Keys.nodeVolume(UID, "default", "data", "db-0"))).isEmpty();
    assertThat(placeOfDb0().getNodeUid()).isEqualTo("444444444444");
  }

  @Test
  void a_server_that_comes_late_strikes_off_nothing_that_was_assigned_since() {
    aNode(NodeScheduling.OPEN);
    assigned("web-1", false);
    remove(true);
    var stalls = new CompletableFuture<Void>();
    var slow =
        new Removals(new StallingStore(store, stalls))
            .forget(UID, Removals.FREED_AFTER)
            .toCompletableFuture();
    assigned("web-1", false);

    stalls.complete(null);
    slow.join();

    assertThat(read(Keys.assignment("default", "app", "web-1"))).isPresent();
  }

  @Test
  void to_remove_what_is_removed_or_unknown_changes_nothing() {
    aNode(NodeScheduling.CORDONED);
    remove(false);
    long index = store.appliedIndex();

    remove(false);
    removals.remove("ffffffffffff", true, 1).toCompletableFuture().join();

    assertThat(store.appliedIndex()).isEqualTo(index);
  }

  @Test
  void who_follows_learns_of_those_before_and_those_to_come() throws Exception {
    var told = new LinkedBlockingQueue<String>();
    aNode(NodeScheduling.CORDONED);
    remove(false);

    removals.follow(told::add, () -> {}).toCompletableFuture().join();
    put(Keys.removed("ffffffffffff"), StoredNode.getDefaultInstance());

    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(UID);
    assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("ffffffffffff");
  }

  private void remove(boolean force) {
    removals.remove(UID, force, 4711).toCompletableFuture().join();
  }

  private void aNode(NodeScheduling scheduling) {
    put(
        Keys.node(UID),
        StoredNode.newBuilder()
            .setUid(UID)
            .setName("n3")
            .setMember(MEMBER)
            .setScheduling(scheduling)
            .build());
  }

  /**
   * @param deletedAt 0: it is there to stay, and the place of its slot
   */
  private void dataOfDb0(String nodeUid, long deletedAt) {
    var place =
        StoredPlace.newBuilder()
            .setWorkload("db")
            .setVolume("data")
            .setSlot(0)
            .setNodeUid(nodeUid)
            .setDeletedAt(deletedAt)
            .build();
    put(Keys.nodeVolume(nodeUid, "default", "data", "db-0"), place);
    if (deletedAt == 0) {
      put(Keys.place("default", "db", "data", 0), place);
    }
  }

  private StoredPlace placeOfDb0() throws Exception {
    return StoredPlace.parseFrom(read(Keys.place("default", "db", "data", 0)).orElseThrow());
  }

  private void assigned(String slot, boolean ended) {
    var assignment =
        StoredAssignment.newBuilder().setInstanceId(slot).setSlot(slot).setNodeUid(UID);
    if (ended) {
      assignment.setEnded(LastEnd.getDefaultInstance());
    }
    put(Keys.assignment("default", "app", slot), assignment.build());
    put(Keys.nodeAssignment(UID, "default", "app", slot), StoredNode.getDefaultInstance());
  }

  private void put(String key, Message value) {
    var write = new Txn.Write.Put(key, value.toByteString());
    store.commit(new Txn(List.of(), List.of(write))).toCompletableFuture().join();
  }

  private Optional<ByteString> read(String key) {
    return store.range(RangeQuery.key(key)).toCompletableFuture().join().entries().stream()
        .findFirst()
        .map(entry -> entry.value());
  }

  /** Reads at once, and writes when it comes to itself. */
  private static final class StallingStore extends ForwardingStore {
    private final CompletionStage<Void> stalls;

    StallingStore(Store store, CompletionStage<Void> stalls) {
      super(store);
      this.stalls = stalls;
    }

    @Override
    public CompletionStage<TxnResult> commit(Txn txn) {
      return stalls.thenCompose(over -> super.commit(txn));
    }
  }
}
