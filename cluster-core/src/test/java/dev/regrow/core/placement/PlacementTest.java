package dev.regrow.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Policy.Prefer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final long MIB = 1L << 20;

  @Test
  void says_what_each_node_lacks() {
    var small = node("n1", true, 1000, 312 * MIB);
    var cordoned = node("n2", false, 1000, 4096 * MIB);

    var placed = Placement.place(request(512 * MIB, Map.of()), List.of(small, cordoned));

    assertThat(placed)
        .isEqualTo(
            new Placed.Nowhere("node n1 lacks 200 MiB memory, node n2 takes no new instances"));
  }

  @Test
  void without_nodes_it_says_so() {
    assertThat(Placement.place(request(1, Map.of()), List.of()))
        .isEqualTo(new Placed.Nowhere("no node has joined yet"));
  }

  @Test
  void spreads_by_siblings_first_and_names_who_was_passed_over() {
    var nodes =
        List.of(
            node("n1", true, 1000, 4096 * MIB),
            node("n2", true, 1000, 1024 * MIB),
            node("n3", true, 10, 4096 * MIB));

    var placed = Placement.place(request(100 * MIB, Map.of("uid-n1", 1)), nodes);

    assertThat(placed)
        .isInstanceOfSatisfying(
            Placed.On.class,
            on -> {
              assertThat(on.node().name()).isEqualTo("n2");
              assertThat(on.why()).contains("node n3 lacks 90m cpu");
            });
  }

  @Test
  void a_node_that_refused_is_avoided_with_its_own_words() {
    var request =
        new Placement.Request(
            new Demand(1, 1, 1), Prefer.SPREAD, Map.of(), Map.of("uid-n1", "pids are short"), 7);

    assertThat(Placement.place(request, List.of(node("n1", true, 1000, MIB))))
        .isEqualTo(new Placed.Nowhere("node n1 refused: pids are short"));
  }

  @Property
  void never_oversubscribes_and_gives_up_only_when_nothing_fits(
      @ForAll("nodes") List<Candidate> nodes, @ForAll Prefer prefer, @ForAll long seed) {
    var demand = new Demand(100, 64 * MIB, 10);
    var siblings = new HashMap<String, Integer>();
    var left = new ArrayList<>(nodes);
    for (int i = 0; i < 40; i++) {
      var request = new Placement.Request(demand, prefer, siblings, Map.of(), seed + i);
      var placed = Placement.place(request, left);
      if (placed instanceof Placed.On on) {
        siblings.merge(on.node().uid(), 1, Integer::sum);
        left.replaceAll(c -> c.node().equals(on.node()) ? c.debited(demand) : c);
      } else {
        assertThat(left).noneMatch(c -> Placement.obstacle(request, c).isEmpty());
      }
      assertThat(left)
          .filteredOn(c -> siblings.containsKey(c.node().uid()))
          .allSatisfy(
              c -> {
                assertThat(c.schedulable()).isTrue();
                assertThat(c.free().memoryBytes()).isNotNegative();
                assertThat(c.free().cpuMillis()).isNotNegative();
                assertThat(c.free().pids()).isNotNegative();
              });
    }
  }

  @Property
  void equal_requests_are_placed_equally(
      @ForAll("nodes") List<Candidate> nodes, @ForAll Prefer prefer, @ForAll long seed) {
    var request = new Placement.Request(new Demand(1, MIB, 1), prefer, Map.of(), Map.of(), seed);
    var reversed = new ArrayList<>(nodes);
    Collections.reverse(reversed);

    assertThat(Placement.place(request, reversed)).isEqualTo(Placement.place(request, nodes));
  }

  private static Placement.Request request(long memory, Map<String, Integer> siblings) {
    return new Placement.Request(new Demand(100, memory, 10), Prefer.SPREAD, siblings, Map.of(), 7);
  }

  private static Candidate node(String name, boolean schedulable, long cpu, long memory) {
    return new Candidate(
        new NodeRef("uid-" + name, name), schedulable, new Demand(cpu, memory, 1000), Demand.NONE);
  }

  @Provide
  Arbitrary<List<Candidate>> nodes() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 1000),
            Arbitraries.of(true, true, true, false),
            Arbitraries.longs().between(0, 3000),
            Arbitraries.longs().between(0, 2048 * MIB))
        .as((number, schedulable, cpu, memory) -> node("n" + number, schedulable, cpu, memory))
        .list()
        .uniqueElements(Candidate::node)
        .ofMaxSize(30);
  }
}
