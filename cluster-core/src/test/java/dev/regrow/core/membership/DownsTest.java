package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.membership.Downs.Outcome;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.util.Set;
import java.util.concurrent.CompletionStage;
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
    get(downs.follow(told::add));

    assertThat(get(downs.declare(Set.of(B), A, 7))).isEqualTo(Outcome.DECLARED);

    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly(B);
    assertThat(get(membership.nodes()))
        .singleElement()
        .extracting(StoredNode::getPhase)
        .isEqualTo(NodePhase.NODE_DOWN);
  }

  @Test
  void of_two_that_declare_each_other_dead_only_the_first_is_believed() throws Exception {
    assertThat(get(downs.declare(Set.of(B), A, 7))).isEqualTo(Outcome.DECLARED);

    assertThat(get(downs.declare(Set.of(A), B, 8))).isEqualTo(Outcome.READ_AGAIN);

    var told = new LinkedBlockingQueue<Set<String>>();
    get(downs.follow(told::add));
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
    get(downs.follow(told::add));
    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly(B);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
