package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RehearsalTest {

  private static final Scene SCENE =
      new Scene(List.of("n1", "n2", "n3"), List.of("n1"), "n1", List.of("web"));

  private static Instance instance(String slot, String node, InstancePhase phase) {
    return Instance.newBuilder()
        .setSlot(slot)
        .setWorkload("web")
        .setNode(node)
        .setPhase(phase)
        .build();
  }

  private static Scenario scenario(String faults) {
    var text =
        """
        name: a
        cluster: attached
        hypotheses: [{ready: web}]
        faults: [%s]
        """
            .formatted(faults);
    return ScenarioFile.read(text.getBytes(StandardCharsets.UTF_8)).scenario().orElseThrow();
  }

  @Test
  void the_node_of_a_slot_is_told_with_all_that_runs_there() {
    var scenario = scenario("{at: 1s, kind: jvm-stop, on: node-of web-1, for: 5s}");
    var instances =
        List.of(
            instance("web-0", "n2", InstancePhase.INSTANCE_RUNNING),
            instance("web-1", "n2", InstancePhase.INSTANCE_RUNNING));

    var rehearsal = Rehearsal.of(scenario, SCENE, instances, 1);

    assertThat(rehearsal.told(scenario, true))
        .containsExactly(
            "at 1s     {kind: jvm-stop, on: node-of web-1, for: 5s}\n"
                + "            strikes n2 with web-0, web-1");
    assertThat(rehearsal.worst()).isEqualTo(new Blast.Worst(1, 2, 3, 2));
  }

  @Test
  void of_an_instance_that_moves_the_node_is_meant_where_it_runs() {
    var scenario = scenario("{at: 1s, kind: jvm-stop, on: node-of web-0, for: 5s}");
    var instances =
        List.of(
            instance("web-0", "n3", InstancePhase.INSTANCE_RUNNING),
            instance("web-0", "n1", InstancePhase.INSTANCE_STOPPING));

    assertThat(Rehearsal.of(scenario, SCENE, instances, 1).lines().get(0).aimed().on())
        .containsExactly("n3");
  }

  @Test
  void what_is_yet_to_be_placed_counts_as_on_a_node_of_its_own() {
    var scenario =
        scenario("{at: 1s, kind: jvm-stop, on: [node-of web-0, node-of web-1], for: 5s}");
    var instances =
        List.of(
            instance("web-0", "", InstancePhase.INSTANCE_PENDING),
            instance("web-1", "", InstancePhase.INSTANCE_PENDING));

    var rehearsal = Rehearsal.of(scenario, SCENE, instances, 1);

    assertThat(rehearsal.worst()).isEqualTo(new Blast.Worst(2, 2, 3, 2));
    assertThat(rehearsal.lines().get(0).struck())
        .hasToString("node-of web-0, node-of web-1 with web-0, web-1");
  }

  @Test
  void the_node_of_a_slot_that_nobody_has_is_nobody() {
    var scenario = scenario("{at: 1s, kind: jvm-stop, on: node-of web-9, for: 5s}");

    var rehearsal = Rehearsal.of(scenario, SCENE, List.of(), 1);

    assertThat(rehearsal.told(scenario, true))
        .singleElement()
        .asString()
        .contains("strikes nobody: ", "no instance of web-9 is anywhere");
  }
}
