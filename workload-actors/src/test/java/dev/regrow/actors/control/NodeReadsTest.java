package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.actors.board.Board;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.Member;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeReadsTest {

  private final InMemoryStore store = new InMemoryStore();
  private final NodeReads reads = new NodeReads(store, new Board(() -> new Now(0, 0)));

  @BeforeEach
  void five_nodes() throws Exception {
    var writes = new ArrayList<Txn.Write>();
    for (int i = 1; i <= 5; i++) {
      var uid = "uid" + (9 - i);
      var node =
          StoredNode.newBuilder()
              .setUid(uid)
              .setName("n" + i)
              .putLabels("disk", i % 2 == 0 ? "ssd" : "hdd");
      writes.add(new Txn.Write.Put(Keys.node(uid), node.build().toByteString()));
    }
    get(store.commit(new Txn(List.of(), writes)));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void pages_of_nodes_leave_none_out() throws Exception {
    var names = new ArrayList<String>();
    var next = "";
    do {
      var page = get(reads.nodes(query(Map.of(), 2, next), ReadPoint.LOCAL));
      page.items().forEach(node -> names.add(node.getName()));
      next = page.next();
    } while (!next.isEmpty());

    assertThat(names).containsExactly("n1", "n2", "n3", "n4", "n5");
  }

  @Test
  void of_two_nodes_of_one_name_none_is_taken_for_the_other() throws Exception {
    var second =
        StoredNode.newBuilder().setUid("uid1").setName("n3").setAddress("https://10.0.0.9:7400");
    get(
        store.commit(
            new Txn(
                List.of(),
                List.of(new Txn.Write.Put(Keys.node("uid1"), second.build().toByteString())))));

    assertThatThrownBy(() -> get(reads.node("n3", ReadPoint.LOCAL)))
        .hasCauseInstanceOf(Refusal.class)
        .hasMessageContaining("2 nodes called n3")
        .hasMessageContaining("uid1 (https://10.0.0.9:7400)")
        .hasMessageContaining("uid6");
    assertThat(get(reads.node("uid6", ReadPoint.LOCAL)).getName()).isEqualTo("n3");
  }

  @Test
  void nodes_are_found_by_their_labels() throws Exception {
    var page = get(reads.nodes(query(Map.of("disk", "ssd"), 1000, ""), ReadPoint.LOCAL));

    assertThat(page.items()).extracting(Node::getName).containsExactly("n2", "n4");
  }

  @Test
  void a_node_is_shown_once_it_has_told_who_it_is() throws Exception {
    var record = StoredNode.newBuilder().setUid("uid3").setMember("pekko://regrow@127.0.0.6:1#1");
    var write = new Txn.Write.Put(Keys.node("uid3"), record.build().toByteString());
    get(store.commit(new Txn(List.of(), List.of(write))));

    var page = get(reads.nodes(query(Map.of(), 1000, ""), ReadPoint.LOCAL));

    assertThat(page.items())
        .extracting(Node::getName)
        .containsExactly("n1", "n2", "n3", "n4", "n5");
  }

  @Test
  void without_a_quorum_it_says_who_does_not_answer_and_what_that_means() throws Exception {
    var cluster = get(CutOff.cluster(new Leaderless(store, Set.of("uid8"))));

    assertThat(cluster.getStore().getOutlook())
        .isEqualTo(
            "has no quorum: 2 of 3 servers do not answer (n2, n3); nothing can be changed until one of them is back, what runs goes on");
    assertThat(cluster.getLeader()).isEmpty();
    assertThat(cluster.getMembersList())
        .extracting(Member::getPhase)
        .startsWith(NodePhase.NODE_READY, NodePhase.NODE_UNREACHABLE, NodePhase.NODE_UNREACHABLE);
  }

  @Test
  void while_a_quorum_elects_nobody_is_called_lost() throws Exception {
    var elects = new Leaderless(store, Set.of("uid8", "uid7"));

    var cluster =
        get(new NodeReads(elects, new Board(() -> new Now(0, 0))).cluster(ReadPoint.LOCAL));

    assertThat(cluster.getStore().getOutlook())
        .isEqualTo("has no leader now: writes wait until it has one");
  }

  /** A store whose servers n1, n2 and n3 have no leader. */
  private record Leaderless(InMemoryStore held, Set<String> answering)
      implements Store, StoreMembership {

    @Override
    public CompletionStage<StoreGroup> group() {
      return CompletableFuture.failedStage(
          new StoreException(StoreException.Kind.NO_MAJORITY, "nobody leads"));
    }

    @Override
    public CompletionStage<StoreGroup> lookAround() {
      return CompletableFuture.completedStage(
          new StoreGroup(7, Stream.of("uid8", "uid7", "uid6").map(this::server).toList()));
    }

    private StoreGroup.Member server(String uid) {
      long silent = answering.contains(uid) ? 0 : -1;
      return new StoreGroup.Member(uid + ":0", uid, "a:1", false, true, false, -1, silent);
    }

    @Override
    public CompletionStage<StoreGroup> remove(String nodeUid, boolean force) {
      return group();
    }

    @Override
    public CompletionStage<TxnResult> commit(Txn txn) {
      return held.commit(txn);
    }

    @Override
    public CompletionStage<RangeResult> range(RangeQuery query) {
      return held.range(query);
    }

    @Override
    public Watch watch(String prefix, long afterIndex, WatchListener listener) {
      return held.watch(prefix, afterIndex, listener);
    }

    @Override
    public long appliedIndex() {
      return held.appliedIndex();
    }

    @Override
    public Health health() {
      return held.health();
    }

    @Override
    public void close() {
      held.close();
    }
  }

  private static ListQuery query(Map<String, String> labels, int limit, String next) {
    return new ListQuery(Optional.empty(), Optional.empty(), labels, limit, next);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }
}
