package dev.regrow.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.fault.Aiming.Scene;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AimingTest {

  private static final Scene SCENE =
      new Scene(
          List.of("n1", "n2", "n3", "n4", "n5"), List.of("n1", "n2", "n3"), "n2", List.of("web"));

  @Test
  void words_mean_who_is_there() {
    assertThat(aimed(FaultKind.JVM_KILL, Aiming.LEADER)).containsExactly("n2");
    assertThat(aimed(FaultKind.JVM_KILL, Aiming.FOLLOWER)).isSubsetOf("n1", "n3").hasSize(1);
    assertThat(aimed(FaultKind.JVM_KILL, Aiming.MINORITY)).hasSize(2);
    assertThat(aimed(FaultKind.JVM_KILL, Aiming.ALL)).isEqualTo(SCENE.machines());
    assertThat(aimed(FaultKind.PROMOTION, Aiming.ANY)).isSubsetOf("n4", "n5").hasSize(1);
    assertThat(aimed(FaultKind.INSTANCE_KILL, Aiming.ANY)).containsExactly("web");
    assertThat(aimed(FaultKind.JVM_KILL, "n3", Aiming.LEADER)).containsExactly("n3", "n2");
  }

  @Test
  void a_machine_that_is_not_there_is_refused_by_name() {
    assertThatThrownBy(() -> aimed(FaultKind.JVM_KILL, "n9"))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("no machine is called n9; there are [n1, n2");
  }

  @Test
  void the_node_of_a_slot_is_where_its_instance_is_then() {
    var scene = SCENE.with(Map.of("web-0", "n3", "web-1", "n3", "db-0", "n1"));
    var both =
        Fault.of(
            FaultKind.JVM_KILL,
            Duration.ofSeconds(1),
            "node-of web-0",
            "node-of web-1",
            "node-of db-0");

    assertThat(Aiming.isAimed(both)).isFalse();
    assertThat(Aiming.aim(both, scene, new Random(1)).on()).containsExactly("n3", "n1");
  }

  @Test
  void the_node_of_a_slot_without_an_instance_is_refused_by_name() {
    assertThatThrownBy(() -> aimed(FaultKind.JVM_KILL, "node-of web-9"))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("no instance of web-9 is anywhere");
  }

  @Test
  void nobody_is_refused() {
    var alone = new Scene(List.of("n1"), List.of("n1"), "n1", List.of());

    assertThatThrownBy(
            () ->
                Aiming.aim(
                    Fault.of(FaultKind.JVM_KILL, Duration.ofSeconds(1), Aiming.MINORITY),
                    alone,
                    new Random(1)))
        .hasMessageContaining("means nobody");
  }

  private static List<String> aimed(FaultKind kind, String... on) {
    return Aiming.aim(Fault.of(kind, Duration.ofSeconds(1), on), SCENE, new Random(1)).on();
  }
}
