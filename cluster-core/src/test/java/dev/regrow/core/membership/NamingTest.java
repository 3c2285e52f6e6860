package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.membership.Naming.Asker;
import dev.regrow.core.membership.Naming.Known;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredName;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamingTest {

  private static final long NOW = 1_000_000;
  private static final Asker ASKER = new Asker("bbbbbbbbbbbb", "n1", "10.0.0.9");

  private static StoredNode.Builder aNode() {
    return StoredNode.newBuilder()
        .setUid("aaaaaaaaaaaa")
        .setName("n1")
        .setAddress("https://10.0.0.5:7400")
        .setMember("pekko://regrow@10.0.0.5:7410#1")
        .setPhase(NodePhase.NODE_READY);
  }

  private static List<StoredNode> judge(
      List<StoredNode> nodes, @Nullable StoredName claim, Set<String> voting) {
    return Naming.judge(ASKER, new Known(nodes, claim, voting), NOW);
  }

  private static List<StoredNode> judge(StoredNode.Builder node) {
    return judge(List.of(node.build()), null, Set.of());
  }

  private static StoredName.Builder aClaim() {
    return StoredName.newBuilder()
        .setNodeUid("cccccccccccc")
        .setHost("10.0.0.7")
        .setClaimedAt(NOW - 2_000);
  }

  @Test
  void the_name_of_a_living_node_is_refused_with_where_that_is_and_what_helps() {
    assertThatThrownBy(() -> judge(aNode()))
        .isInstanceOf(MembershipRefused.class)
        .hasMessage(
            "a node called n1 at https://10.0.0.5:7400 is up already; give this one another --name");
  }

  @Test
  void a_witness_has_no_address_to_name() {
    var witness = aNode().clearAddress().addRoles("witness");

    assertThatThrownBy(() -> judge(List.of(witness.build()), null, Set.of(witness.getUid())))
        .hasMessage("a node called n1 is up already; give this one another --name");
  }

  @Test
  void a_node_that_is_down_is_to_go_and_one_that_was_removed_is_nobody() {
    var down = aNode().setPhase(NodePhase.NODE_DOWN);

    assertThat(judge(down)).containsExactly(down.build());
    assertThat(judge(down.setRemovedAt(1))).isEmpty();
    assertThat(judge(aNode().setName("n2"))).isEmpty();
    assertThat(judge(aNode().setUid(ASKER.uid()))).as("it asks again").isEmpty();
  }

  @Test
  void one_that_announced_to_be_back_or_has_never_been_up_keeps_its_name_until_people_remove_it() {
    assertThatThrownBy(() -> judge(aNode().setAwayUntil(NOW + 1)))
        .hasMessageContaining("is to be back by 1970-01-01T00:16:40")
        .hasMessageContaining("--name")
        .hasMessageContaining("node-ctl remove --force n1");
    assertThatThrownBy(() -> judge(aNode().clearMember()))
        .hasMessageContaining("has not been up yet")
        .hasMessageContaining("node-ctl remove --force n1");
  }

  @Test
  void of_a_witness_the_leader_of_the_store_knows_whether_it_is_there() {
    var witness = aNode().clearMember().addRoles("witness").build();

    assertThat(judge(List.of(witness), null, Set.of())).containsExactly(witness);
    assertThatThrownBy(() -> judge(List.of(witness), null, Set.of(witness.getUid())))
        .hasMessageContaining("is up already");
  }

  @Test
  void a_name_is_kept_for_a_minute_for_who_was_let_in_and_has_not_registered() {
    assertThatThrownBy(() -> judge(List.of(), aClaim().build(), Set.of()))
        .isInstanceOf(MembershipRefused.class)
        .hasMessageContaining("a node called n1 at 10.0.0.7 is just coming in")
        .hasMessageContaining("--name");

    var late = aClaim().setClaimedAt(NOW - Naming.KEPT.toMillis()).build();
    assertThat(judge(List.of(), late, Set.of())).isEmpty();
    var again = aClaim().setHost(ASKER.host()).build();
    assertThat(judge(List.of(), again, Set.of())).as("the same machine").isEmpty();
    var renamed = aNode().setUid("cccccccccccc").setName("n2").build();
    assertThat(judge(List.of(renamed), aClaim().build(), Set.of())).isEmpty();
  }

  @Test
  void who_is_in_already_takes_the_name_of_nobody_not_even_of_one_that_is_down() {
    var known = new Known(List.of(aNode().setPhase(NodePhase.NODE_DOWN).build()), null, Set.of());

    assertThatThrownBy(() -> Naming.judgeRegistration(ASKER, known, NOW))
        .isInstanceOf(MembershipRefused.class)
        .hasMessageContaining("node-ctl remove --force n1");
    assertThatCode(() -> Naming.judgeRegistration(ASKER, new Known(List.of(), null, Set.of()), NOW))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "N1", "-n1", "n1-", "n_1", "n.1"})
  void what_is_no_label_is_no_name(String text) {
    assertThat(Naming.isName(text)).isFalse();
    assertThat(Naming.isName("n".repeat(64))).isFalse();
    assertThat(Naming.isName("n".repeat(63))).isTrue();
  }
}
