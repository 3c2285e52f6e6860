package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredNode;
import org.junit.jupiter.api.Test;

class SchedulingTest {

  private static final StoredNode NODE = StoredNode.newBuilder().setName("n1").build();

  @Test
  void a_drain_is_done_when_nothing_is_left_and_the_node_stays_cordoned() {
    var draining = Scheduling.draining(NODE, 1_000, 500);

    assertThat(Scheduling.judged(draining, false, 1_499)).isEqualTo(draining);
    var done = Scheduling.judged(draining, true, 1_200);

    assertThat(done.getScheduling()).isEqualTo(NodeScheduling.CORDONED);
    assertThat(Scheduling.drain(done, 0).orElseThrow().getDone()).isTrue();
    assertThat(Scheduling.judged(done, false, 9_999)).isEqualTo(done);
  }

  @Test
  void a_late_drain_is_given_up_and_can_be_begun_again() {
    var late = Scheduling.judged(Scheduling.draining(NODE, 1_000, 500), false, 1_500);

    assertThat(Scheduling.drain(late, 3).orElseThrow().getGivenUp()).isTrue();
    var again = Scheduling.draining(late, 2_000, 500);
    assertThat(again.getDrainStartedAt()).isEqualTo(2_000);
    assertThat(Scheduling.drain(again, 3).orElseThrow().getGivenUp()).isFalse();
  }

  @Test
  void asking_for_a_drain_again_moves_its_end_and_cordoning_does_not_stop_it() {
    var draining = Scheduling.draining(NODE, 1_000, 500);

    var longer = Scheduling.draining(draining, 1_400, 500);

    assertThat(longer.getDrainStartedAt()).isEqualTo(1_000);
    assertThat(longer.getDrainUntil()).isEqualTo(1_900);
    assertThat(Scheduling.cordoned(draining)).isEqualTo(draining);
  }

  @Test
  void a_node_that_left_with_its_machine_is_open_again_when_it_is_back() {
    var left = Scheduling.judged(Scheduling.leaving(NODE, 1_000, 500), true, 1_200);

    assertThat(left.getScheduling()).isEqualTo(NodeScheduling.CORDONED);
    assertThat(Scheduling.returned(left)).isEqualTo(NODE);
    assertThat(Scheduling.returned(Scheduling.leaving(left, 2_000, 500))).isEqualTo(NODE);
  }

  @Test
  void a_node_that_people_have_closed_stays_that_when_its_machine_goes_and_comes() {
    var cordoned = Scheduling.cordoned(NODE);
    var left = Scheduling.judged(Scheduling.leaving(cordoned, 1_000, 500), true, 1_200);
    var closedMeanwhile = Scheduling.cordoned(Scheduling.leaving(NODE, 1_000, 500));

    assertThat(Scheduling.returned(left).getScheduling()).isEqualTo(NodeScheduling.CORDONED);
    assertThat(Scheduling.returned(closedMeanwhile)).isEqualTo(closedMeanwhile);
    assertThat(closedMeanwhile.getLeaving()).isFalse();
  }

  @Test
  void an_opened_node_is_as_it_was() {
    var cordoned = Scheduling.cordoned(NODE);

    assertThat(cordoned.getScheduling()).isEqualTo(NodeScheduling.CORDONED);
    assertThat(Scheduling.opened(cordoned)).isEqualTo(NODE);
    assertThat(Scheduling.opened(Scheduling.draining(NODE, 1, 1))).isEqualTo(NODE);
    assertThat(Scheduling.drain(NODE, 1)).isEmpty();
  }
}
