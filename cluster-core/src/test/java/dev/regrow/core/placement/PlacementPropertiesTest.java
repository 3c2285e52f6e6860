package dev.regrow.core.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.Constraints.Policy;
import dev.regrow.core.model.Constraints.Preference;
import dev.regrow.core.model.Constraints.Rule;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Ports;
import dev.regrow.core.placement.Candidate.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds of placement whatever nodes and constraints are. */
class PlacementPropertiesTest {

  private static final long MIB = 1L << 20;

  @Property(tries = 400)
  void nothing_is_oversubscribed_no_closed_or_unfit_node_gets_anything_and_every_node_has_a_reason(
      @ForAll("nodes") List<Candidate> nodes,
      @ForAll("constraints") Constraints where,
      @ForAll("demands") Demand demand,
      @ForAll long seed) {
    var fleet = Fleet.of(nodes);
    var siblings = new Siblings(fleet, where);
    for (int i = 0; i < 30; i++) {
      var request = new Placement.Request(demand, where, siblings, Map.of(), seed + i);
      var placed = Placement.place(request, fleet);
      int told = placed.passedOver().stream().mapToInt(PassedOver::nodes).sum();
      if (placed instanceof Placed.On on) {
        var node = fleet.find(on.node().uid()).orElseThrow();
        assertThat(node.open()).as("%s", node).isTrue();
        assertThat(node.hasRoomFor(demand)).as("%s", node).isTrue();
        assertThat(where.require()).allMatch(rule -> rule.meets(node.label(rule.label())));
        assertThat(told).isEqualTo(nodes.size() - 1);
        fleet = fleet.debited(on.node().uid(), demand);
        siblings.add(on.node().uid(), true);
      } else {
        assertThat(told).isEqualTo(nodes.size());
        var now = fleet;
        assertThat(IntStream.range(0, now.size()).mapToObj(now::get))
            .noneMatch(
                node ->
                    request.fits(node)
                        && where.require().stream()
                            .allMatch(rule -> rule.meets(node.label(rule.label()))));
        return;
      }
    }
  }

  @Property(tries = 300)
  void equal_requests_are_placed_equally(
      @ForAll("nodes") List<Candidate> nodes,
      @ForAll("constraints") Constraints where,
      @ForAll("demands") Demand demand,
      @ForAll long seed) {
    var fleet = Fleet.of(nodes);
    var again = Fleet.of(new ArrayList<>(nodes));

    assertThat(Placement.place(Placement.Request.first(demand, where, again, seed), again))
        .isEqualTo(Placement.place(Placement.Request.first(demand, where, fleet, seed), fleet));
  }

  @Property(tries = 200)
  void where_there_is_room_no_zone_and_no_node_of_a_zone_gets_two_more_than_another(
      @ForAll @IntRange(min = 1, max = 5) int zones,
      @ForAll @IntRange(min = 1, max = 60) int nodesPerZone,
      @ForAll @IntRange(min = 1, max = 200) int instances,
      @ForAll long seed) {
    var where =
        new Constraints(List.of(), List.of(), List.of("zone", Constraints.NODE), Policy.SPREAD);
    var nodes = new ArrayList<Candidate>();
    for (int i = 0; i < zones * nodesPerZone; i++) {
      nodes.add(node("n" + i, Map.of("zone", "z" + i % zones), 1_000_000, 1_000_000 * MIB));
    }

    var perNode = counts(nodes, where, instances, seed);

    var perZone = new HashMap<String, Integer>();
    nodes.forEach(
        n ->
            perZone.merge(
                n.labels().getOrDefault("zone", ""), perNode.get(n.node().name()), Integer::sum));
    assertThat(spread(perZone)).isLessThanOrEqualTo(1);
    perZone.forEach(
        (zone, count) -> {
          var inZone = new HashMap<String, Integer>();
          nodes.stream()
              .filter(n -> zone.equals(n.labels().get("zone")))
              .forEach(n -> inZone.put(n.node().name(), perNode.get(n.node().name())));
          assertThat(spread(inZone)).isLessThanOrEqualTo(1);
        });
  }

  @Property(tries = 200)
  void packing_uses_as_few_nodes_as_there_can_be(
      @ForAll @IntRange(min = 1, max = 80) int nodes,
      @ForAll @IntRange(min = 1, max = 12) int perNode,
      @ForAll @IntRange(min = 1, max = 200) int instances,
      @ForAll long seed) {
    var where = new Constraints(List.of(), List.of(), List.of(), Policy.PACK);
    var fleet =
        IntStream.range(0, nodes)
            .mapToObj(i -> node("n" + i, Map.of(), 100L * perNode, MIB << 20))
            .toList();
    int fitting = Math.min(instances, nodes * perNode);

    var counts = counts(fleet, where, fitting, seed);

    assertThat(counts.values().stream().filter(count -> count > 0))
        .hasSize((fitting + perNode - 1) / perNode);
  }

  /** How many instances each node got. */
  private static Map<String, Integer> counts(
      List<Candidate> nodes, Constraints where, int instances, long seed) {
    var demand = new Demand(100, MIB, 1);
    var counts = new TreeMap<String, Integer>();
    nodes.forEach(node -> counts.put(node.node().name(), 0));
    var fleet = Fleet.of(nodes);
    var siblings = new Siblings(fleet, where);
    for (int i = 0; i < instances; i++) {
      var request = new Placement.Request(demand, where, siblings, Map.of(), seed + i);
      var on = (Placed.On) Placement.place(request, fleet);
      counts.merge(on.node().name(), 1, Integer::sum);
      siblings.add(on.node().uid(), true);
      fleet = fleet.debited(on.node().uid(), demand);
    }
    return counts;
  }

  private static int spread(Map<String, Integer> counts) {
    var numbers = counts.values().stream().mapToInt(Integer::intValue).summaryStatistics();
    return numbers.getMax() - numbers.getMin();
  }

  private static Candidate node(String name, Map<String, String> labels, long cpu, long memory) {
    return new Candidate(
        new NodeRef("uid-" + name, name),
        Access.OPEN,
        labels,
        new Demand(cpu, memory, 1_000_000),
        Demand.NONE);
  }

  @Provide
  Arbitrary<List<Candidate>> nodes() {
    var labels = Arbitraries.maps(Arbitraries.of("zone", "disk"), Arbitraries.of("a", "b", "c"));
    var node =
        Combinators.combine(
                Arbitraries.integers().between(1, 10_000),
                Arbitraries.of(
                    Access.OPEN,
                    Access.OPEN,
                    Access.OPEN,
                    Access.CORDONED,
                    Access.DRAINING,
                    Access.SILENT,
                    Access.DOWN,
                    Access.CLOSED),
                labels,
                Arbitraries.longs().between(0, 3000),
                Arbitraries.longs().between(0, 2048 * MIB),
                Arbitraries.of(List.<Integer>of(), List.of(80), List.of(80, 443)))
            .as(
                (number, access, has, cpu, memory, ports) ->
                    new Candidate(
                        new NodeRef("uid-" + number, "n" + number),
                        access,
                        has,
                        new Demand(cpu, memory, 1000),
                        new Demand(0, 0, 0, Ports.of(ports))));
    return node.list().uniqueElements(Candidate::node).ofMaxSize(80);
  }

  @Provide
  Arbitrary<Demand> demands() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 500),
            Arbitraries.longs().between(1, 256 * MIB),
            Arbitraries.longs().between(1, 100),
            Arbitraries.of(List.<Integer>of(), List.of(443)))
        .as((cpu, memory, pids, ports) -> new Demand(cpu, memory, pids, Ports.of(ports)));
  }

  @Provide
  Arbitrary<Constraints> constraints() {
    var rule =
        Combinators.combine(
                Arbitraries.of("zone", "disk"),
                Arbitraries.of("a", "b", "c").list().uniqueElements().ofMinSize(1).ofMaxSize(2))
            .as(Rule::new);
    return Combinators.combine(
            rule.list().ofMaxSize(2),
            Combinators.combine(rule, Arbitraries.integers().between(-100, 100))
                .as(Preference::new)
                .list()
                .ofMaxSize(2),
            Arbitraries.of(
                List.<String>of(),
                List.of("node"),
                List.of("zone"),
                List.of("zone", "disk", "node")),
            Arbitraries.of(Policy.class))
        .as(Constraints::new);
  }
}
