package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import dev.regrow.core.membership.Formation.Candidate;
import dev.regrow.core.membership.Formation.Decision;
import dev.regrow.core.membership.Formation.Outlook;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembershipTest {

  private static final Candidate A = new Candidate("pekko://regrow@a:7355#1", "aaaaaaaaaaaa", 1);
  private static final Candidate A_AGAIN =
      new Candidate("pekko://regrow@a:7355#2", "aaaaaaaaaaaa", 2);
  private static final Candidate B = new Candidate("pekko://regrow@b:7355#3", "bbbbbbbbbbbb", 3);

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
    var one = membership.settle(A, Outlook.UNTRIED);
    var other = membership.settle(B, Outlook.UNTRIED);

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
  void a_node_that_had_company_asks_it_first() throws Exception {
    settle(A);
    get(membership.register(B.nodeUid(), node -> node.toBuilder().setMember("b:7355").build()));

    assertThat(settle(A_AGAIN))
        .isInstanceOfSatisfying(
            Decision.Join.class, join -> assertThat(join.addresses()).containsExactly("b:7355"));
    assertThat(get(membership.settle(A_AGAIN, Outlook.NOBODY_ANSWERED)))
        .isInstanceOf(Decision.Formed.class);
  }

  @Test
  void a_lost_reply_is_settled_by_reading() throws Exception {
    store.loseReplies(1);

    assertThat(settle(A)).isInstanceOf(Decision.Formed.class);
  }

  @Test
  void a_refusal_of_the_store_is_passed_on() {
    store.refuseWrites(dev.regrow.core.store.StoreException.Kind.DISK_FULL);

    assertThat(membership.settle(A, Outlook.UNTRIED).toCompletableFuture())
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

  private Decision settle(Candidate candidate) throws Exception {
    return get(membership.settle(candidate, Outlook.UNTRIED));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
  }
}
