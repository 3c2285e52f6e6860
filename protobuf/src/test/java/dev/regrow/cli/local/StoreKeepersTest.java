package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Node;
import java.util.List;
import org.junit.jupiter.api.Test;

class StoreKeepersTest {

  private static Node node(String name, String role) {
    return Node.newBuilder().setName(name).addRoles(role).build();
  }

  @Test
  void one_node_of_one_or_two_keeps_the_store_three_of_three_or_four_and_five_beyond() {
    assertThat(List.of(1, 2, 3, 4, 5, 254).stream().map(StoreKeepers::of))
        .containsExactly(1, 1, 3, 3, 5, 5);
  }

  @Test
  void a_worker_of_a_smaller_cluster_is_promoted_when_it_grows() {
    var nodes = List.of(node("n1", "server"), node("n2", "worker"), node("n3", "server"));

    assertThat(StoreKeepers.promotions(nodes, 3)).containsExactly("n2");
  }

  @Test
  void who_was_there_first_is_promoted_first() {
    var nodes = List.of(node("n1", "server"), node("n10", "worker"), node("n9", "worker"));

    assertThat(StoreKeepers.promotions(nodes, 2)).containsExactly("n9");
  }

  @Test
  void nobody_is_promoted_where_there_are_servers_enough() {
    var nodes = List.of(node("n1", "server"), node("n2", "server"), node("n3", "worker"));

    assertThat(StoreKeepers.promotions(nodes, 1)).isEmpty();
    assertThat(StoreKeepers.promotions(nodes, 2)).isEmpty();
  }

  @Test
  void a_witness_stays_one() {
    var nodes = List.of(node("n1", "server"), node("n2", "witness"), node("n3", "worker"));

    assertThat(StoreKeepers.promotions(nodes, 3)).containsExactly("n3");
  }
}
