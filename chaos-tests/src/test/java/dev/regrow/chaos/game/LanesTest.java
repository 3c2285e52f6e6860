package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.State;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanesTest {

  private static final List<Node> NODES =
      List.of(Node.newBuilder().setName("n1").setPhase(NodePhase.NODE_READY).build());

  private static Instance web(String node, InstancePhase phase, boolean ready) {
    return Instance.newBuilder()
        .setSlot("web-0")
        .setWorkload("web")
        .setNode(node)
        .setAttempt(1)
        .setPhase(phase)
        .setReady(ready)
        .build();
  }

  @Test
  void looks_that_show_the_same_are_one_span() {
    var lanes = new Lanes();
    lanes.saw(0, NODES, List.of(web("n1", InstancePhase.INSTANCE_RUNNING, true)));
    lanes.saw(200, NODES, List.of(web("n1", InstancePhase.INSTANCE_RUNNING, true)));
    lanes.saw(400, NODES, List.of(web("n1", InstancePhase.INSTANCE_BACKOFF, false)));
    lanes.saw(600, NODES, List.of(web("n1", InstancePhase.INSTANCE_BACKOFF, false)));

    assertThat(lanes.all())
        .containsExactly(
            new Lane("n1", Lane.Of.NODE, List.of(new Span(0, 600, State.READY, "n1"))),
            new Lane(
                "web-0",
                Lane.Of.INSTANCE,
                List.of(
                    new Span(0, 400, State.READY, "web-0 on n1, attempt 1"),
                    new Span(400, 600, State.DOWN, "web-0 on n1, attempt 1"))));
  }

  @Test
  void of_two_instances_of_a_slot_the_better_one_is_shown() {
    var lanes = new Lanes();
    lanes.saw(
        0,
        NODES,
        List.of(
            web("n2", InstancePhase.INSTANCE_LOST, false),
            web("n1", InstancePhase.INSTANCE_STARTING, false)));

    assertThat(lanes.all().get(1).spans())
        .containsExactly(new Span(0, 0, State.STARTING, "web-0 on n1, attempt 1"));
  }
}
