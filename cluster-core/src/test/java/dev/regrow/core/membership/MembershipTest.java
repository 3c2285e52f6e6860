package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import dev.regrow.core.membership.Formation.Candidate;
import dev.regrow.core.membership.Formation.Decision;
import dev.regrow.core.membership.Formation.Outlook;
import dev.regrow.core.membership.Formation.Self;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembershipTest {

  private static final Candidate A = new Candidate("pekko://regrow@a:7355#1", "aaaaaaaaaaaa", 1);
  private static final Candidate A_AGAIN =
      new Candidate("pekko://regrow@a:7355#2", "aaaaaaaaaaaa", 2);
  private static final Candidate B = new Candidate("pekko://regrow@b:7355#3", "bbbbbbbbbbbb", 3);

  private static final Candidate B_AGAIN =
      new Candidate("pekko://regrow@b:7355#4", "bbbbbbbbbbbb", 4);
  private static final Candidate C = new Candidate("pekko://regrow@c:7355#5", "cccccccccccc", 5);

  private final InMemoryStore store = new InMemoryStore();
  private final Membership membership = new Membership(store);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void the_first_forms_and_the_second_joins_it() throws Exception {
    assertThat(settle(A)).isInstanceOf(Decision.Formed.class);

    assertThat(settle(B))
        .isInstanceOfSatisfying(
            Decision.Join.class,
            join -> assertThat(join.addresses()).containsExactly(A.uniqueAddress()));
  }

  @Test
  void of_two_at_once_one_forms() throws Exception {
    isOnItsWay(A);
    isOnItsWay(B);
    var one = membership.settle(server(A), Outlook.UNTRIED);
    var other = membership.settle(server(B), Outlook.UNTRIED);

    assertThat(List.of(get(one), get(other)))
        .filteredOn(Decision.Formed.class::isInstance)
        .hasSize(1);
  }

  @Test
  void a_node_that_was_alone_forms_again_after_its_restart() throws Exception {
    settle(A);

    assertThat(settle(A_AGAIN)).isInstanceOf(Decision.Formed.class);
    assertThat(settle(B)).isInstanceOf(Decision.Join.class);
  }

  @Test
  void a_node_that_had_company_asks_it_first_and_forms_when_nobody_answers() throws Exception {
    settle(A);
    isIn(B, A);

    var asked = (Decision.Join) settle(A_AGAIN);

    assertThat(asked.addresses()).containsExactly(B.uniqueAddress());
    assertThat(get(membership.settle(server(A_AGAIN), inVain(asked))))
        .isInstanceOf(Decision.Formed.class);
  }

  @Test
  void that_nobody_of_an_earlier_cluster_answered_says_nothing_of_the_present_one()
      throws Exception {
    settle(A);
    isIn(B, A);
    var asked = (Decision.Join) settle(A_AGAIN);
    get(membership.settle(server(A_AGAIN), inVain(asked)));

    assertThat(get(membership.settle(server(C), inVain(asked))))
        .isInstanceOfSatisfying(
            Decision.Join.class,
            join -> assertThat(join.addresses()).containsExactly(A_AGAIN.uniqueAddress()));
  }

  @Test
  void who_reaches_some_of_a_living_cluster_and_not_others_waits_before_it_joins()
      throws Exception {
    settle(A);
    isIn(A, A);
    isIn(B, A);
    var join = (Decision.Join) settle(C);
    var a = Set.of(A.uniqueAddress());
    var b = Set.of(B.uniqueAddress());

    assertThat(join.mustWait(a, b)).isTrue();
    assertThat(join.mustWait(b, a)).isTrue();
    assertThat(join.mustWait(Set.copyOf(join.addresses()), Set.of())).isFalse();
    assertThat(join.mustWait(Set.of(), Set.copyOf(join.addresses())))
        .as("where nobody answers, it is asked in vain, and that is judged otherwise")
        .isFalse();
    assertThat(join.mustWait(a, Set.of(C.uniqueAddress()))).as("of others").isFalse();
  }

  @Test
  void when_all_have_come_back_nobody_waits_for_answers() throws Exception {
    settle(A);
    isIn(A, A);
    isIn(B, A);
    isOnItsWay(A_AGAIN);
    isOnItsWay(B_AGAIN);

    assertThat(settle(B_AGAIN)).isInstanceOf(Decision.Formed.class);
  }

  @Test
  void a_node_to_which_a_majority_does_not_answer_is_cut_off_and_forms_nothing() throws Exception {
    settle(A);
    isIn(A, A);
    isIn(B, A);

    var asked = (Decision.Join) settle(C);

    assertThat(get(membership.settle(server(C), inVain(asked)))).isEqualTo(asked);
  }

  @Test
  void whoever_was_declared_dead_is_not_asked() throws Exception {
    settle(A);
    isIn(A, A);
    isIn(B, A);
    get(
        membership.register(
            A.nodeUid(), node -> node.toBuilder().setPhase(NodePhase.NODE_DOWN).build()));

    assertThat(settle(C))
        .isInstanceOfSatisfying(
            Decision.Join.class,
            join -> assertThat(join.addresses()).containsExactly(B.uniqueAddress()));
  }

  @Test
  void which_cluster_the_store_names_is_news() throws Exception {
    settle(A);
    var heard = new LinkedBlockingQueue<String>();

    var watch = get(membership.followIncarnation(heard::add, () -> {}));
    settle(A_AGAIN);

    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(A.uniqueAddress());
    assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(A_AGAIN.uniqueAddress());
    watch.close();
  }

  @Test
  void which_cluster_the_store_names_can_be_asked_by_who_missed_the_news() throws Exception {
    assertThat(get(membership.named())).isEmpty();

    settle(A);
    settle(A_AGAIN);

    assertThat(get(membership.named())).isEqualTo(A_AGAIN.uniqueAddress());
  }

  @Test
  void a_lost_reply_is_settled_by_reading() throws Exception {
    isOnItsWay(A);
    store.loseReplies(1);

    assertThat(get(membership.settle(server(A), Outlook.UNTRIED)))
        .isInstanceOf(Decision.Formed.class);
  }

  @Test
  void a_refusal_of_the_store_is_passed_on() {
    store.refuseWrites(dev.regrow.core.store.StoreException.Kind.DISK_FULL);

    assertThat(membership.settle(server(A), Outlook.UNTRIED).toCompletableFuture())
        .failsWithin(5, TimeUnit.SECONDS)
        .withThrowableThat()
        .withMessageContaining("DISK_FULL");
  }

  @Test
  void what_a_newer_release_wrote_survives_a_registration() throws Exception {
    var unknown =
        UnknownFieldSet.newBuilder()
            .addField(999, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
            .build();
    get(
        membership.register(
            "n1", node -> node.toBuilder().setName("one").setUnknownFields(unknown).build()));

    StoredNode after =
        get(membership.register("n1", node -> node.toBuilder().setName("uno").build()));

    assertThat(after.getName()).isEqualTo("uno");
    assertThat(after.getUnknownFields()).isEqualTo(unknown);
    assertThat(get(membership.nodes())).containsExactly(after);
  }

  @Test
  void the_cluster_is_described_once() throws Exception {
    var first = StoredCluster.newBuilder().setId("one").setFeatureLevel(1).build();
    get(membership.cluster(first));

    var second = get(membership.cluster(StoredCluster.newBuilder().setId("two").build()));

    assertThat(second).isEqualTo(first);
  }

  @Test
  void the_feature_level_is_raised_to_what_all_nodes_know_and_keeps_what_else_is_written()
      throws Exception {
    get(membership.cluster(StoredCluster.newBuilder().setId("one").setFeatureLevel(1).build()));
    get(membership.register("n1", node -> node.toBuilder().setFeatureLevel(2).build()));
    get(membership.register("n2", node -> node.toBuilder().setFeatureLevel(1).build()));
    assertThat(membership.raiseFeatureLevel().toCompletableFuture()).isCompletedExceptionally();

    get(membership.register("n2", node -> node.toBuilder().setFeatureLevel(3).build()));
    var raised = get(membership.raiseFeatureLevel());

    assertThat(raised.getFeatureLevel()).isEqualTo(2);
    assertThat(get(membership.cluster(StoredCluster.getDefaultInstance()))).isEqualTo(raised);
    assertThat(raised.getId()).isEqualTo("one");
  }

  /** As a node does it: it says that it is on its way, and asks then. */
  private Decision settle(Candidate candidate) throws Exception {
    isOnItsWay(candidate);
    return get(membership.settle(server(candidate), Outlook.UNTRIED));
  }

  private static Self server(Candidate candidate) {
    return new Self(candidate, true);
  }

  private static Outlook inVain(Decision.Join asked) {
    return new Outlook(asked.named().modIndex());
  }

  private void isIn(Candidate node, Candidate cluster) throws Exception {
    register(node, cluster.uniqueAddress());
  }

  private void isOnItsWay(Candidate node) throws Exception {
    register(node, "");
  }

  private void register(Candidate candidate, String cluster) throws Exception {
    get(
        membership.register(
            candidate.nodeUid(),
            node ->
                node.toBuilder()
                    .setMember(candidate.uniqueAddress())
                    .setCluster(cluster)
                    .clearRoles()
                    .addRoles("server")
                    .build()));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }
}
