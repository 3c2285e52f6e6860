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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final long MIB = 1L << 20;
  private static final Demand SMALL = new Demand(100, 64 * MIB, 10);

  @Test
  void says_what_each_node_lacks() {
    var small = node("n1", Map.of(), 1000, 312 * MIB);
    var cordoned = in(Access.CORDONED, node("n2", Map.of(), 1000, 4096 * MIB));

    var placed = place(new Demand(100, 512 * MIB, 10), Constraints.NONE, small, cordoned);

    assertThat(placed)
        .isInstanceOf(Placed.Nowhere.class)
        .extracting(nowhere -> ((Placed.Nowhere) nowhere).why())
        .isEqualTo("node n1 lacks 200 MiB memory, node n2 is cordoned");
  }

  @Test
  void without_nodes_it_says_so() {
    assertThat(place(SMALL, Constraints.NONE))
        .isEqualTo(new Placed.Nowhere("no node has joined yet", List.of()));
  }

  @Test
  void spreads_by_siblings_first_and_says_of_each_other_node_why_not() {
    var fleet =
        Fleet.of(
            List.of(
                node("n1", Map.of(), 1000, 4096 * MIB),
                node("n2", Map.of(), 1000, 1024 * MIB),
                node("n3", Map.of(), 10, 4096 * MIB)));
    var siblings = new Siblings(fleet, Constraints.NONE).add("uid-n1", true);

    var placed = Placement.place(request(SMALL, Constraints.NONE, siblings), fleet);

    assertThat(placed)
        .isInstanceOfSatisfying(
            Placed.On.class,
            on -> {
              assertThat(on.node().name()).isEqualTo("n2");
              assertThat(on.why())
                  .contains("node n3 lacks 90m cpu", "node n1 has 1 of its instances");
            });
  }

  @Test
  void a_node_that_refused_is_avoided_with_its_own_words() {
    var fleet = Fleet.of(List.of(node("n1", Map.of(), 1000, 4096 * MIB)));
    var request =
        new Placement.Request(
            SMALL,
            Constraints.NONE,
            new Siblings(fleet, Constraints.NONE),
            Map.of("uid-n1", "pids are short"),
            7);

    assertThat(why(Placement.place(request, fleet))).isEqualTo("node n1 refused: pids are short");
  }

  @Test
  void a_port_of_the_machine_is_given_once() {
    var web = new Demand(100, MIB, 1, Ports.of(List.of(Ports.code(8080, false))));
    var dns = new Demand(100, MIB, 1, Ports.of(List.of(Ports.code(8080, true))));
    var fleet = Fleet.of(List.of(node("n1", Map.of(), 1000, 4096 * MIB))).debited("uid-n1", web);

    assertThat(why(Placement.place(request(web, Constraints.NONE, fleet), fleet)))
        .isEqualTo("node n1 has given away port 8080/tcp");
    assertThat(Placement.place(request(dns, Constraints.NONE, fleet), fleet))
        .isInstanceOf(Placed.On.class);
  }

  @Test
  void a_published_port_is_shared_by_the_instances_of_one_workload_only() {
    var published = Ports.of(List.of(Ports.shared(Ports.code(80, false))));
    var web = new Demand(100, MIB, 1, published);
    var server = new Demand(100, MIB, 1, Ports.of(List.of(Ports.code(80, false))));
    var fleet = Fleet.of(List.of(node("n1", Map.of(), 1000, 4096 * MIB))).debited("uid-n1", web);
    var siblings = new Siblings(fleet, Constraints.NONE).add("uid-n1", true);
    var ofTheSame = new Placement.Request(web, Constraints.NONE, siblings, Map.of(), 7);

    assertThat(Placement.place(ofTheSame, fleet)).isInstanceOf(Placed.On.class);
    assertThat(why(Placement.place(request(web, Constraints.NONE, fleet), fleet)))
        .isEqualTo("node n1 has given away port 80/tcp");
    assertThat(why(Placement.place(request(server, Constraints.NONE, fleet), fleet)))
        .isEqualTo("node n1 has given away port 80/tcp");
  }

  @Test
  void what_is_required_is_named_and_the_node_s_name_is_a_label_too() {
    var where = where(List.of(new Rule("disk", List.of("ssd")), new Rule("node", List.of("n2"))));
    var plain = node("n1", Map.of("disk", "hdd"), 1000, 4096 * MIB);
    var other = node("n3", Map.of("disk", "ssd"), 1000, 4096 * MIB);
    var right = node("n2", Map.of("disk", "ssd"), 1000, 4096 * MIB);

    assertThat(why(place(SMALL, where, plain, other)))
        .isEqualTo("node n1 lacks disk in [ssd], node n3 lacks node in [n2]");
    assertThat(why(place(SMALL, where, plain, other, right)))
        .startsWith("the only node that fits; ")
        .contains("node n1 lacks disk in [ssd]", "node n3 lacks node in [n2]");
  }

  @Test
  void what_is_preferred_comes_first_until_it_is_full_and_what_is_disliked_last() {
    var where =
        new Constraints(
            List.of(),
            List.of(
                new Preference(new Rule("zone", List.of("a")), 10),
                new Preference(new Rule("spot", List.of("yes")), -5)),
            List.of(Constraints.NODE),
            Policy.SPREAD);
    var preferred = node("n1", Map.of("zone", "a"), 200, 4096 * MIB);
    var plain = node("n2", Map.of(), 200, 4096 * MIB);
    var disliked = node("n3", Map.of("spot", "yes"), 200, 4096 * MIB);

    assertThat(names(where, SMALL, 6, preferred, plain, disliked))
        .containsExactly("n1", "n1", "n2", "n2", "n3", "n3");
  }

  @Test
  void zones_get_equally_many_although_one_has_most_of_the_nodes() {
    var where =
        new Constraints(List.of(), List.of(), List.of("zone", Constraints.NODE), Policy.SPREAD);
    var nodes = new ArrayList<Candidate>();
    IntStream.range(0, 90)
        .forEach(i -> nodes.add(node("a" + i, Map.of("zone", "a"), 1000, MIB << 10)));
    IntStream.range(0, 9)
        .forEach(i -> nodes.add(node("b" + i, Map.of("zone", "b"), 1000, MIB << 10)));
    nodes.add(node("c0", Map.of("zone", "c"), 1000, MIB << 10));

    var names = names(where, SMALL, 9, nodes.toArray(new Candidate[0]));

    assertThat(names).filteredOn(name -> name.startsWith("a")).hasSize(3);
    assertThat(names).filteredOn(name -> name.startsWith("b")).hasSize(3).doesNotHaveDuplicates();
    assertThat(names).filteredOn(name -> name.startsWith("c")).hasSize(3);
  }

  @Test
  void five_thousand_nodes_are_explained_in_a_few_words_and_none_is_left_out() {
    var nodes = new ArrayList<Candidate>();
    for (int i = 0; i < 5_000; i++) {
      var labels = Map.of("disk", i % 10 == 0 ? "ssd" : "hdd");
      nodes.add(
          i % 100 == 0
              ? in(Access.CORDONED, node("n" + i, labels, 1000, MIB << 10))
              : node("n" + i, labels, 1000, i % 20 == 0 ? MIB : MIB << 10));
    }
    var fleet = Fleet.of(nodes);
    var where = where(List.of(new Rule("disk", List.of("ssd"))));

    var some = Placement.place(request(SMALL, where, fleet), fleet);
    var none = Placement.place(request(new Demand(1, MIB << 20, 1), where, fleet), fleet);

    assertThat(some.passedOver().stream().mapToInt(PassedOver::nodes).sum()).isEqualTo(4_999);
    assertThat(why(some)).contains("4500 nodes lack disk in [ssd]").hasSizeLessThan(1_000);
    assertThat(none.passedOver().stream().mapToInt(PassedOver::nodes).sum()).isEqualTo(5_000);
    assertThat(why(none))
        .contains(
            "50 nodes are cordoned", "450 nodes lack memory (the least: n", "4500 nodes lack disk")
        .hasSizeLessThan(500);
  }

  @Test
  void packing_fills_one_node_after_the_other() {
    var where = new Constraints(List.of(), List.of(), List.of(), Policy.PACK);
    var nodes =
        IntStream.range(0, 100)
            .mapToObj(i -> node("n" + i, Map.of(), 1000, 4096 * MIB))
            .toArray(Candidate[]::new);

    assertThat(names(where, SMALL, 25, nodes).stream().distinct()).hasSize(3);
  }

  @Test
  void the_order_in_which_nodes_are_given_changes_nothing() {
    var nodes = new ArrayList<Candidate>();
    IntStream.range(0, 40).forEach(i -> nodes.add(node("n" + i, Map.of(), 1000, MIB << 10)));
    var reversed = new ArrayList<>(nodes);
    Collections.reverse(reversed);

    assertThat(place(SMALL, Constraints.NONE, reversed.toArray(new Candidate[0])))
        .isEqualTo(place(SMALL, Constraints.NONE, nodes.toArray(new Candidate[0])));
  }

  private static String why(Placed placed) {
    return placed instanceof Placed.On on ? on.why() : ((Placed.Nowhere) placed).why();
  }

  private static Constraints where(List<Rule> require) {
    return new Constraints(require, List.of(), List.of(Constraints.NODE), Policy.SPREAD);
  }

  private static Placed place(Demand demand, Constraints where, Candidate... nodes) {
    var fleet = Fleet.of(List.of(nodes));
    return Placement.place(request(demand, where, fleet), fleet);
  }

  /** The names of the nodes of that many instances, placed one after the other. */
  private static List<String> names(
      Constraints where, Demand demand, int count, Candidate... nodes) {
    var names = new ArrayList<String>();
    var fleet = Fleet.of(List.of(nodes));
    var siblings = new Siblings(fleet, where);
    for (int i = 0; i < count; i++) {
      var request = new Placement.Request(demand, where, siblings, Map.of(), i);
      var on = (Placed.On) Placement.place(request, fleet);
      names.add(on.node().name());
      siblings.add(on.node().uid(), true);
      fleet = fleet.debited(on.node().uid(), demand);
    }
    return names;
  }

  private static Placement.Request request(Demand demand, Constraints where, Fleet fleet) {
    return Placement.Request.first(demand, where, fleet, 7);
  }

  private static Placement.Request request(Demand demand, Constraints where, Siblings siblings) {
    return new Placement.Request(demand, where, siblings, Map.of(), 7);
  }

  static Candidate node(String name, Map<String, String> labels, long cpu, long memory) {
    return new Candidate(
        new NodeRef("uid-" + name, name),
        Access.OPEN,
        labels,
        new Demand(cpu, memory, 1000),
        Demand.NONE);
  }

  static Candidate in(Access access, Candidate node) {
    return new Candidate(node.node(), access, node.labels(), node.capacity(), node.reserved());
  }
}
