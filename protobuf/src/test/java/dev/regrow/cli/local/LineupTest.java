package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.cli.local.Found.State;
import dev.regrow.cli.local.Lineup.Nodes;
import dev.regrow.cli.local.Lineup.Obstacle;
import dev.regrow.cli.local.Lineup.Refused;
import dev.regrow.cli.local.Lineup.Why;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class LineupTest {

  private static final Found SERVER = new Found(State.MEMBER, "a", "server");
  private static final Found WORKER = new Found(State.MEMBER, "a", "worker");
  private static final Found REMOVED = new Found(State.REMOVED, "", "");
  private static final Found FOUNDING = new Found(State.FOUNDING, "b", "worker");
  private static final Found ADMITTED = new Found(State.ADMITTED, "a", "server");

  @Example
  void n1_founds_where_nothing_is_and_the_others_join() {
    var lineup = nodes(Map.of(), 3);

    assertThat(lineup.continuing()).containsExactly(1);
    assertThat(lineup.joining()).containsExactly(2, 3);
  }

  @Example
  void whoever_has_a_directory_and_was_never_let_in_joins_again_however_many_are_wanted() {
    var lineup = nodes(Map.of(1, SERVER, 2, Found.NOTHING, 3, SERVER), 1);

    assertThat(lineup.continuing()).containsExactly(1, 3);
    assertThat(lineup.joining()).containsExactly(2);
  }

  @Example
  void numbers_come_from_the_directories_and_new_ones_fill_the_gaps() {
    assertThat(nodes(Map.of(1, SERVER, 3, SERVER), 1).all()).containsExactly(1, 3);
    assertThat(nodes(Map.of(1, SERVER, 3, SERVER), 3).joining()).containsExactly(2);
    assertThat(nodes(Map.of(1, SERVER, 12, SERVER), 3).joining()).containsExactly(2);
  }

  @Example
  void who_was_removed_stays_out_and_does_not_count_and_its_name_is_taken() {
    var lineup = nodes(Map.of(1, SERVER, 2, SERVER, 3, REMOVED), 3);

    assertThat(lineup.continuing()).containsExactly(1, 2);
    assertThat(lineup.joining()).containsExactly(4);
    assertThat(lineup.leftOut()).containsExactly(Map.entry(3, Why.REMOVED));
  }

  @Example
  void the_cluster_goes_on_without_an_n1_that_was_removed() {
    var lineup = nodes(Map.of(1, REMOVED, 2, SERVER), 1);

    assertThat(lineup.continuing()).containsExactly(2);
    assertThat(lineup.joining()).isEmpty();
  }

  @Example
  void n1_that_lost_its_directory_joins_the_others_instead_of_founding() {
    var emptied = nodes(Map.of(1, Found.NOTHING, 2, SERVER, 3, SERVER), 1);
    var gone = nodes(Map.of(2, SERVER, 3, SERVER), 3);

    assertThat(emptied.continuing()).containsExactly(2, 3);
    assertThat(emptied.joining()).containsExactly(1);
    assertThat(gone).isEqualTo(emptied);
  }

  @Example
  void nothing_is_founded_beside_nodes_whose_only_server_is_lost() {
    assertThat(of(Map.of(2, WORKER), 2)).isEqualTo(new Refused(Obstacle.NO_SERVER));
    assertThat(of(Map.of(1, FOUNDING, 2, WORKER), 2)).isEqualTo(new Refused(Obstacle.NO_SERVER));
    assertThat(of(Map.of(2, ADMITTED), 2)).isEqualTo(new Refused(Obstacle.NO_SERVER));
  }

  @Example
  void nothing_is_founded_beside_nodes_that_were_removed() {
    assertThat(of(Map.of(1, REMOVED), 1)).isEqualTo(new Refused(Obstacle.ALL_REMOVED));
    assertThat(of(Map.of(2, REMOVED), 1)).isEqualTo(new Refused(Obstacle.ALL_REMOVED));
    assertThat(of(Map.of(1, REMOVED, 2, ADMITTED), 1)).isEqualTo(new Refused(Obstacle.ALL_REMOVED));
  }

  @Example
  void a_cluster_that_never_came_to_be_is_given_up_for_one_that_did() {
    assertThat(nodes(Map.of(1, SERVER, 2, FOUNDING), 1).joining()).containsExactly(2);
    assertThat(nodes(Map.of(1, FOUNDING, 2, SERVER), 1).joining()).containsExactly(1);
    assertThat(nodes(Map.of(1, FOUNDING, 2, FOUNDING), 1).continuing()).containsExactly(1);
  }

  @Example
  void a_node_of_another_cluster_than_n1_stays_out() {
    var other = new Found(State.MEMBER, "b", "server");

    var lineup = nodes(Map.of(1, SERVER, 2, other), 2);

    assertThat(lineup.continuing()).containsExactly(1);
    assertThat(lineup.joining()).containsExactly(3);
    assertThat(lineup.leftOut()).containsExactly(Map.entry(2, Why.OF_ANOTHER_CLUSTER));
    assertThat(of(Map.of(2, SERVER, 3, other), 2))
        .isEqualTo(new Refused(Obstacle.SEVERAL_CLUSTERS));
  }

  @Example
  void a_witness_is_not_ours_to_start() {
    var witness = new Found(State.ADMITTED, "a", "witness");

    assertThat(nodes(Map.of(1, SERVER, 2, witness), 2).leftOut())
        .containsExactly(Map.entry(2, Why.WITNESS));
  }

  @Property
  void a_cluster_is_founded_only_where_no_node_was_ever_let_in(
      @ForAll("found") Map<Integer, Found> found, @ForAll @IntRange(min = 1, max = 7) int wanted) {
    if (of(found, wanted) instanceof Nodes nodes) {
      boolean founds =
          nodes.continuing().stream().anyMatch(number -> !at(found, number).is(State.MEMBER));
      if (founds) {
        assertThat(nodes.continuing()).containsExactly(1);
        assertThat(found.values()).allMatch(one -> one.is(State.NOTHING) || one.is(State.FOUNDING));
      }
    }
  }

  @Property
  void those_that_go_on_are_of_one_cluster_and_everybody_is_accounted_for(
      @ForAll("found") Map<Integer, Found> found, @ForAll @IntRange(min = 1, max = 7) int wanted) {
    if (of(found, wanted) instanceof Nodes nodes) {
      assertThat(nodes.continuing().stream().map(number -> at(found, number).cluster()).distinct())
          .hasSize(1);
      assertThat(nodes.all()).hasSize(nodes.continuing().size() + nodes.joining().size());
      assertThat(nodes.all()).hasSizeGreaterThanOrEqualTo(wanted);
      assertThat(nodes.all()).noneMatch(number -> nodes.leftOut().containsKey(number));
      assertThat(found.keySet())
          .allMatch(number -> nodes.all().contains(number) || nodes.leftOut().containsKey(number));
    }
  }

  @Property
  void once_all_are_up_the_same_ones_go_on_and_nobody_joins(
      @ForAll("found") Map<Integer, Found> found, @ForAll @IntRange(min = 1, max = 7) int wanted) {
    if (of(found, wanted) instanceof Nodes nodes) {
      var cluster = at(found, nodes.continuing().first());
      var then = new TreeMap<>(found);
      for (int number : nodes.all()) {
        if (!at(found, number).is(State.MEMBER)) {
          then.put(number, new Found(State.MEMBER, cluster.cluster(), "server"));
        }
      }

      assertThat(of(then, wanted))
          .isEqualTo(new Nodes(nodes.all(), new TreeSet<>(), nodes.leftOut()));
    }
  }

  @Provide
  Arbitrary<Map<Integer, Found>> found() {
    var inside =
        Combinators.combine(
                Arbitraries.of(State.FOUNDING, State.ADMITTED, State.MEMBER, State.MEMBER),
                Arbitraries.of("a", "a", "a", "b"),
                Arbitraries.of("server", "server", "worker", "witness"))
            .as(Found::new);
    return Arbitraries.maps(
            Arbitraries.integers().between(1, 6),
            Arbitraries.oneOf(inside, Arbitraries.of(Found.NOTHING, REMOVED)))
        .ofMaxSize(6)
        .filter(found -> isPossible(found.getOrDefault(1, Found.NOTHING)));
  }

  /** What the first one can be, by how its directory is read. */
  private static boolean isPossible(Found first) {
    return !first.is(State.ADMITTED) && !first.role().equals("witness");
  }

  private static Found at(Map<Integer, Found> found, int number) {
    return found.getOrDefault(number, Found.NOTHING);
  }

  private static Lineup of(Map<Integer, Found> found, int wanted) {
    SortedMap<Integer, Found> sorted = new TreeMap<>(found);
    return Lineup.of(sorted, wanted);
  }

  private static Nodes nodes(Map<Integer, Found> found, int wanted) {
    return (Nodes) of(found, wanted);
  }
}
