package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.fault.Aiming;
import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.v1.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BlastTest {

  private static final List<String> NODES = List.of("n1", "n2", "n3");

  private static Instance instance(String slot, String node) {
    return Instance.newBuilder()
        .setSlot(slot)
        .setWorkload(slot.substring(0, slot.lastIndexOf('-')))
        .setNode(node)
        .build();
  }

  private static final List<Instance> INSTANCES =
      List.of(instance("web-0", "n1"), instance("web-1", "n2"), instance("db-0", "n2"));

  private static Blast.Strike strike(int from, int until, String... nodes) {
    return new Blast.Strike(
        Duration.ofSeconds(from), Duration.ofSeconds(until), Set.of(nodes), Set.of());
  }

  @Test
  void what_is_struck_at_the_same_time_is_counted_once_each() {
    var worst =
        Blast.of(
            List.of(strike(0, 10, "n1"), strike(5, 6, "n1", "n2"), strike(20, 30, "n3")), 3, 0);

    assertThat(worst.nodes()).isEqualTo(2);
  }

  @Property
  void never_less_than_the_largest_and_never_more_than_all(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int count) {
    var random = new Random(seed);
    var strikes = new ArrayList<Blast.Strike>();
    int largest = 0;
    for (int i = 0; i < count; i++) {
      int from = random.nextInt(60);
      var nodes = NODES.subList(0, 1 + random.nextInt(3)).toArray(String[]::new);
      strikes.add(strike(from, from + random.nextInt(20), nodes));
      largest = Math.max(largest, nodes.length);
    }

    assertThat(Blast.of(strikes, 3, 0).nodes()).isBetween(largest, 3);
  }

  @Test
  void a_machine_takes_what_runs_there_with_it_and_of_a_workload_one_is_meant() {
    var death = Fault.of(FaultKind.MACHINE_DEATH, Duration.ofSeconds(1), "n2");
    var kill = Fault.of(FaultKind.INSTANCE_KILL, Duration.ZERO, "web");

    assertThat(Struck.by(death, NODES, INSTANCES))
        .isEqualTo(new Struck(Set.of("n2"), Set.of("web-1", "db-0")));
    assertThat(Struck.by(kill, NODES, INSTANCES))
        .isEqualTo(new Struck(Set.of(), Set.of("one of web")));
  }

  @Test
  void shares_are_of_what_there_is() {
    var third = BlastRadius.parse("34% of nodes").orElseThrow();

    assertThat(third.allows(new Blast.Worst(1, 0, 3, 0))).isTrue();
    assertThat(third.allows(new Blast.Worst(2, 0, 3, 0))).isFalse();
  }

  /** Does nothing, and says it has. */
  private static final class Idle implements Injector {
    @Override
    public Set<FaultKind> able() {
      return EnumSet.allOf(FaultKind.class);
    }

    @Override
    public Scene scene() {
      return new Scene(NODES, NODES, "n1", List.of("web", "db"));
    }

    @Override
    public Injection inject(Fault fault) {
      return new Injection() {
        @Override
        public String done() {
          return fault.toString();
        }

        @Override
        public void undo() {}
      };
    }
  }

  private static Guard guard(String radius, FaultKind... allow) {
    return new Guard(
        new Idle(),
        new Scenario.Limits(
            Duration.ofMinutes(1), BlastRadius.parse(radius), Set.copyOf(List.of(allow))),
        () -> INSTANCES);
  }

  @Test
  void a_second_node_is_not_struck_while_the_first_is_and_one_is_the_limit() {
    var guard = guard("1 node", FaultKind.JVM_STOP);
    var first = guard.inject(Fault.of(FaultKind.JVM_STOP, Duration.ofSeconds(5), "n1"));

    assertThatThrownBy(
            () -> guard.inject(Fault.of(FaultKind.JVM_STOP, Duration.ofSeconds(5), "n2")))
        .isInstanceOf(Injector.NotNow.class)
        .hasMessage(
            "2 of 3 nodes and 3 of 3 instances at the same time would be struck, and"
                + " limits.blastRadius is 1 node");
    first.undo();
    assertThat(guard.left()).isZero();
    guard.inject(Fault.of(FaultKind.JVM_STOP, Duration.ofSeconds(5), "n2"));
    assertThat(guard.left()).isEqualTo(1);
  }

  @Test
  void what_is_not_allowed_is_not_done() {
    var guard = guard("3 nodes", FaultKind.JVM_STOP);

    assertThatThrownBy(
            () -> guard.inject(Fault.of(FaultKind.MACHINE_DEATH, Duration.ofSeconds(5), "n2")))
        .isInstanceOf(Injector.NotNow.class);
    assertThat(guard.able()).containsExactly(FaultKind.JVM_STOP);
  }

  @Test
  void the_node_of_a_slot_is_found_among_what_runs_and_counted() {
    var guard = guard("1 node", FaultKind.JVM_STOP);
    var fault =
        Fault.of(FaultKind.JVM_STOP, Duration.ofSeconds(5), "node-of db-0", "node-of web-0");
    var one = Aiming.aim(fault.on(List.of("node-of db-0")), guard.scene(), new Random(1));
    var two = Aiming.aim(fault, guard.scene(), new Random(1));

    assertThat(one.on()).containsExactly("n2");
    assertThatThrownBy(() -> guard.inject(two))
        .hasMessageContaining("2 of 3 nodes and 3 of 3 instances at the same time");
    guard.inject(one).undo();
  }
}
