package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalTest {

  @Test
  void a_node_that_is_up_among_those_that_it_asked_is_where_the_store_sent_it() {
    assertThat(Arrival.of("b", List.of("a", "b"), List.of("a", "c"))).isEqualTo(Arrival.AS_NAMED);
    assertThat(Arrival.of("a", List.of("a"), List.of("a"))).isEqualTo(Arrival.AS_NAMED);
  }

  @Test
  void a_node_that_is_up_with_none_of_those_is_in_another_cluster() {
    assertThat(Arrival.of("b", List.of("b", "x"), List.of("a"))).isEqualTo(Arrival.ELSEWHERE);
  }

  @Test
  void a_view_without_the_node_itself_is_older_than_its_being_up_and_says_nothing() {
    assertThat(Arrival.of("a", List.of(), List.of("a"))).isEqualTo(Arrival.UNSEEN);
    assertThat(Arrival.of("b", List.of("a"), List.of("c"))).isEqualTo(Arrival.UNSEEN);
  }
}
