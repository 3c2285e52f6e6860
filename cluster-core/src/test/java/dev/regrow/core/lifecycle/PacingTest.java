package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.placement.Candidate;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PacingTest {

  @Property
  void few_losses_delay_nothing_and_many_are_spread_over_a_bounded_time(
      @ForAll String uid,
      @ForAll @IntRange(min = 1, max = 5_000) int nodes,
      @ForAll @IntRange(min = 0, max = 5_000) int lost) {
    long delay = Pacing.delayMillis(uid, Math.min(lost, nodes), nodes);

    if (lost < 3 || Math.min(lost, nodes) * 3 <= nodes) {
      assertThat(delay).isZero();
    }
    assertThat(delay).isBetween(0L, 60_000L);
  }

  @Test
  void workloads_take_turns() {
    long early = 0;
    for (int i = 0; i < 1_000; i++) {
      early += Pacing.delayMillis("uid-" + i, 40, 100) < 10_000 ? 1 : 0;
    }

    assertThat(early).isBetween(150L, 350L);
  }

  @Test
  void when_many_nodes_vanish_at_once_a_workload_says_that_it_waits_and_is_replaced_then() {
    var sim = new Simulation(5, 8, 100L << 30);
    sim.ask(Simulation.apply("good", 8, UnaryOperator.identity()));
    sim.pass(20_000);
    var gone = sim.nodes.subList(0, 5);
    gone.forEach(node -> node.cut = true);
    gone.forEach(node -> node.access = Candidate.Access.DOWN);
    gone.forEach(node -> sim.tellEntities(new Input.NodeLost(node.ref.uid())));

    sim.pass(10_000);

    long placed =
        sim.records().assignments().values().stream()
            .filter(a -> gone.stream().noneMatch(node -> node.ref.equals(a.node())))
            .count();
    assertThat(placed).isEqualTo(8);
    assertThat(
            sim.entries(
                dev.regrow.core.store.RangeQuery.prefix(
                    dev.regrow.core.store.Keys.events("default", "web"))))
        .anyMatch(entry -> entry.value().toStringUtf8().contains("nodes are gone at once"));
  }
}
