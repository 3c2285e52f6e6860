package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector.NotNow;
import dev.regrow.cli.Failure;
import dev.regrow.client.Context;
import dev.regrow.v1.FaultRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeFaultsTest {

  private final FakeNode n1 = new FakeNode("n1");
  private final FakeNode n2 = new FakeNode("n2");
  private final NodeFaults faults =
      new NodeFaults(
          new Context(n1.address(), "", "", "default", List.of()),
          Map.of("n1", n1.address(), "n2", n2.address()),
          Map.of("n1", "10.0.0.1", "n2", "10.0.0.2", "w1", "10.0.0.3"),
          1);

  @AfterEach
  void close() {
    faults.close();
    n1.close();
    n2.close();
  }

  private static Fault fault(FaultKind kind, String... on) {
    return Fault.of(kind, Duration.ofSeconds(1), on);
  }

  @Test
  void only_what_every_node_allows_can_be_done() {
    n1.allowing(dev.regrow.v1.FaultKind.INSTANCE_KILL, dev.regrow.v1.FaultKind.JVM_STOP);
    n2.allowing(dev.regrow.v1.FaultKind.INSTANCE_KILL, dev.regrow.v1.FaultKind.PARTITION);

    assertThat(faults.able()).containsExactly(FaultKind.INSTANCE_KILL);
  }

  @Test
  void there_are_the_nodes_and_workloads_that_the_cluster_has() {
    var scene = faults.scene();

    assertThat(scene.machines()).containsExactlyInAnyOrder("n1", "n2");
    assertThat(scene).isEqualTo(new Scene(scene.machines(), List.of("n1"), "n1", List.of("web")));
  }

  @Test
  void an_instance_is_struck_by_its_own_node_until_that_is_undone() {
    var injection = faults.inject(fault(FaultKind.INSTANCE_PAUSE, "web-1"));

    assertThat(injection.done()).isEqualTo("INSTANCE_PAUSE of web-1-id on n2");
    assertThat(n2.faults()).containsExactly("fault-1");
    assertThat(n1.faults()).isEmpty();
    injection.undo();
    assertThat(n2.faults()).isEmpty();
  }

  @Test
  void numbers_and_the_end_go_with_the_request() {
    faults.inject(fault(FaultKind.INSTANCE_CPU, "web-0").with("cores", 3)).undo();
    faults.inject(fault(FaultKind.INSTANCE_MEMORY, "web-0").with("memory", 1 << 20)).undo();

    assertThat(n1.asked()).extracting(FaultRequest::getDuration).containsOnly(1_000L);
    assertThat(n1.asked().get(0).getCores()).isEqualTo(3);
    assertThat(n1.asked().get(1).getMemory()).isEqualTo(1 << 20);
  }

  @Test
  void who_is_apart_is_cut_from_the_machines_of_all_others() {
    faults.inject(fault(FaultKind.PARTITION, "n2"));

    assertThat(n2.asked())
        .singleElement()
        .extracting(FaultRequest::getPeersList)
        .isEqualTo(List.of("10.0.0.1", "10.0.0.3"));
    assertThat(n1.asked()).isEmpty();
  }

  @Test
  void each_node_is_asked_what_it_allows_and_those_that_do_not_say_are_named() {
    n1.refuse("GET", 503);
    n2.refuse("GET", 500);

    assertThatThrownBy(faults::able)
        .isInstanceOf(Failure.class)
        .hasMessageContaining("node n1 does not say what it allows: refused with 503 by n1")
        .hasMessageContaining("node n2 does not say what it allows: refused with 500 by n2");
  }

  @Test
  void a_witness_that_leads_is_nobody_to_aim_at() {
    n1.ledBy("w1");

    assertThat(faults.scene().leader()).isEmpty();
  }

  @Test
  void what_is_not_there_is_not_struck() {
    assertThatThrownBy(() -> faults.inject(fault(FaultKind.INSTANCE_KILL, "db")))
        .isInstanceOf(NotNow.class)
        .hasMessage("nothing that is called db runs");
    assertThatThrownBy(() -> faults.inject(fault(FaultKind.MACHINE_DEATH, "n1")))
        .isInstanceOf(NotNow.class)
        .hasMessageContaining("cannot be done to a running cluster");
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404, 409, 503})
  void what_one_node_refuses_is_undone_on_those_that_had_begun(int status) {
    n2.refuse("POST", status);

    assertThatThrownBy(() -> faults.inject(fault(FaultKind.JVM_STOP, "n1", "n2")))
        .isInstanceOf(NotNow.class)
        .hasMessage("refused with %d by n2".formatted(status));
    assertThat(n1.asked()).hasSize(1);
    assertThat(n1.faults()).isEmpty();
  }

  @Test
  void what_a_node_begins_while_its_gateway_dies_is_ended_once_it_answers() {
    n2.breakOff("POST");

    assertThatThrownBy(() -> faults.inject(fault(FaultKind.INSTANCE_PAUSE, "web-1")))
        .isInstanceOf(NotNow.class);
    assertThat(n2.asked()).hasSize(1);
    assertThat(n2.faults()).isEmpty();
  }

  @Test
  void faults_of_others_are_left_alone_when_the_outcome_of_ours_is_not_known() {
    n2.beginForeign(dev.regrow.v1.FaultKind.INSTANCE_PAUSE, "db-0-id");
    n2.breakOff("POST");

    assertThatThrownBy(() -> faults.inject(fault(FaultKind.INSTANCE_PAUSE, "web-1")))
        .isInstanceOf(NotNow.class);
    assertThat(n2.faults()).containsExactly("other");
  }

  @Test
  void a_node_that_stays_away_has_ended_it_by_itself() {
    var injection = faults.inject(fault(FaultKind.JVM_STOP, "n2"));
    n2.close();
    long since = System.nanoTime();

    injection.undo();

    assertThat(Duration.ofNanos(System.nanoTime() - since)).isGreaterThan(Duration.ofSeconds(1));
  }

  @Test
  void what_has_ended_by_itself_is_not_missed() {
    var injection = faults.inject(fault(FaultKind.INSTANCE_PAUSE, "web-1"));
    n2.refuse("DELETE", 404);

    injection.undo();
    injection.undo();

    assertThat(n2.asked()).hasSize(1);
  }

  @Test
  void one_that_nobody_may_end_keeps_no_other_in_place() {
    var both = faults.inject(fault(FaultKind.JVM_STOP, "n1", "n2"));
    n1.refuse("DELETE", 403);

    assertThatThrownBy(both::undo).hasMessage("refused with 403 by n1");
    assertThat(n2.faults()).isEmpty();
  }

  @Test
  void closing_ends_all_that_goes_on() {
    faults.inject(fault(FaultKind.INSTANCE_PAUSE, "web-0"));
    faults.inject(fault(FaultKind.PARTITION, "n2"));

    faults.close();

    assertThat(n1.faults()).isEmpty();
    assertThat(n2.faults()).isEmpty();
  }
}
