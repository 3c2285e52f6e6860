package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.membership.Downs.Outcome;
import dev.regrow.core.store.ChangeHistory;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DownsTest {

  private static final String A = "pekko://regrow@a:7410#1";
  private static final String B = "pekko://regrow@b:7410#2";

  private final InMemoryStore store = new InMemoryStore();
  private final Downs downs = new Downs(store);
  private final Membership membership = new Membership(store);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void the_dead_are_told_to_all_and_their_nodes_are_down_at_the_same_index() throws Exception {
    get(membership.register("bbbbbbbbbbbb", node -> node.toBuilder().setMember(B).build()));
    var told = new LinkedBlockingQueue<Set<String>>();
    get(downs.follow(told::add, DownsTest::nothingIsMissed));

    assertThat(get(downs.declare(Set.of(B), A, 7))).isEqualTo(Outcome.DECLARED);

    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly(B);
    assertThat(get(membership.nodes()))
        .singleElement()
        .extracting(StoredNode::getPhase)
        .isEqualTo(NodePhase.NODE_DOWN);
  }

  @Test
  void a_node_that_announced_its_restart_is_not_down_before_its_time() throws Exception {
    get(
        membership.register(
            "bbbbbbbbbbbb", node -> node.toBuilder().setMember(B).setAwayUntil(8).build()));
    var told = new LinkedBlockingQueue<Set<String>>();
    get(downs.follow(told::add, DownsTest::nothingIsMissed));

    assertThat(get(downs.declare(Set.of(B), A, 7))).isEqualTo(Outcome.DECLARED);

    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly(B);
    assertThat(get(membership.nodes()))
        .singleElement()
        .extracting(StoredNode::getPhase)
        .isNotEqualTo(NodePhase.NODE_DOWN);
  }

  @Test
  void how_long_a_node_is_awaited_is_not_read_off_two_clocks() throws Exception {
    get(
        membership.register(
            "bbbbbbbbbbbb",
            node ->
                Absence.announced(
                    node.toBuilder().setMember(B).build(), Duration.ofMinutes(2), 7)));

    long muchLater = Duration.ofHours(1).toMillis(); // By the clock of who declares.
    assertThat(get(downs.declare(Set.of(B), A, muchLater))).isEqualTo(Outcome.DECLARED);

    assertThat(get(membership.nodes()))
        .singleElement()
        .extracting(StoredNode::getPhase)
        .isNotEqualTo(NodePhase.NODE_DOWN);
  }

  @Test
  void of_two_that_declare_each_other_dead_only_the_first_is_believed() throws Exception {
    assertThat(get(downs.declare(Set.of(B), A, 7))).isEqualTo(Outcome.DECLARED);

    assertThat(get(downs.declare(Set.of(A), B, 8))).isEqualTo(Outcome.READ_AGAIN);

    var told = new LinkedBlockingQueue<Set<String>>();
    get(downs.follow(told::add, DownsTest::nothingIsMissed));
    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly(B);
  }

  @Test
  void both_at_once_are_settled_by_the_store() throws Exception {
    var one = downs.declare(Set.of(B), A, 7);
    var other = downs.declare(Set.of(A), B, 7);

    assertThat(Set.of(get(one), get(other))).containsExactlyInAnyOrder(Outcome.values());
  }

  @Test
  void a_later_life_of_a_node_is_not_taken_for_the_dead_one() throws Exception {
    get(membership.register("bbbbbbbbbbbb", node -> node.toBuilder().setMember(B + "1").build()));

    get(downs.declare(Set.of(B), A, 7));

    assertThat(get(membership.nodes()))
        .singleElement()
        .extracting(StoredNode::getPhase)
        .isNotEqualTo(NodePhase.NODE_DOWN);
  }

  @Test
  void declares_nothing_without_a_majority() {
    store.refuseWrites(StoreException.Kind.NO_MAJORITY);

    assertThatThrownBy(() -> get(downs.declare(Set.of(B), A, 7)))
        .hasRootCauseInstanceOf(StoreException.class);
  }

  @Test
  void a_lost_answer_is_settled_by_reading() throws Exception {
    store.loseReplies(1);

    assertThat(get(downs.declare(Set.of(B), A, 7))).isEqualTo(Outcome.READ_AGAIN);

    var told = new LinkedBlockingQueue<Set<String>>();
    get(downs.follow(told::add, DownsTest::nothingIsMissed));
    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly(B);
  }

  @Test
  void who_missed_news_is_told_to_follow_again() throws Exception {
    var forgetful = new InMemoryStore(new ChangeHistory.Bound(1, 1 << 20));
    var missed = new CountDownLatch(1);
    var lateDowns = new Downs(new LateWatches(forgetful));

    get(lateDowns.follow(dead -> {}, missed::countDown));

    assertThat(missed.await(10, TimeUnit.SECONDS)).isTrue();
    forgetful.close();
  }

  /** More happens between its answers and the watches that begin there than it remembers. */
  private static final class LateWatches extends ForwardingStore {
    LateWatches(Store store) {
      super(store);
    }

    @Override
    public CompletionStage<RangeResult> range(RangeQuery query) {
      return store
          .range(query)
          .thenCompose(found -> put("a").thenCompose(done -> put("b")).thenApply(done -> found));
    }

    private CompletionStage<TxnResult> put(String key) {
      var value = StoredNode.getDefaultInstance().toByteString();
      return store.commit(new Txn(List.of(), List.of(new Txn.Write.Put(key, value))));
    }
  }

  private static void nothingIsMissed() {
    throw new AssertionError("news were missed");
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
