package dev.regrow.core.lifecycle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.PlaceKey;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Resources;
import dev.regrow.v1.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Where instances go that keep data. */
class VolumesTest {

  @Test
  void a_slot_that_keeps_data_comes_back_to_its_node_and_says_why() {
    var sim = new Simulation(1, 3, 1L << 40);
    ask(sim, applied("good", 3, "data"));
    var before = nodesBySlot(sim);

    ask(sim, applied("better", 3, "data"));

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(nodesBySlot(sim)).isEqualTo(before);
    assertThat(sim.records().assignments().values())
        .allMatch(assignment -> assignment.cause().contains("its volume data is there"));
  }

  @Test
  void data_outlives_the_workload_and_one_of_that_name_finds_it_again() {
    var sim = new Simulation(2, 3, 1L << 40);
    ask(sim, applied("good", 2, "data"));
    var before = nodesBySlot(sim);

    ask(sim, new Ask.Delete());
    var kept = sim.records().places();
    ask(sim, applied("good", 2, "data"));

    assertThat(kept).containsOnlyKeys(new PlaceKey("data", 0), new PlaceKey("data", 1));
    assertThat(nodesBySlot(sim)).isEqualTo(before);
    assertThat(sim.entries(RangeQuery.prefix(Keys.NODE_VOLUMES))).hasSize(2);
  }

  @Test
  void no_instance_starts_beside_the_one_before_in_its_slot() {
    var sim = new Simulation(3, 2, 1L << 40);
    ask(sim, applied("good", 2, "data"));

    sim.ask(applied("better", 2, "data"));
    for (int i = 0; i < 600; i++) {
      sim.pass(50);
      assertThat(sim.records().assignments().values())
          .extracting(Assignment::slot)
          .doesNotHaveDuplicates();
    }

    assertThat(sim.status().revision()).isEqualTo(2);
  }

  @Test
  void a_rollback_to_what_has_the_data_waits_for_the_end_of_what_has_it() {
    var sim = new Simulation(5, 2, 1L << 40);
    ask(sim, applied("good", 2, "data"));
    sim.ask(applied("bad", 2));
    sim.pass(20_000);
    var beside = sim.records().assignments().size();

    ask(sim, new Ask.Rollback(1)); // Whatever is placed is looked at by the simulation.

    assertThat(beside).isGreaterThan(2);
    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.records().assignments().values())
        .hasSize(2)
        .allMatch(assignment -> assignment.cause().contains("its volume data is there"));
  }

  @Test
  void so_does_the_revert_of_a_revision_that_gets_nowhere() {
    var sim = new Simulation(6, 2, 1L << 40);
    ask(sim, applied("good", 2, "data"));

    sim.ask(applied("bad", 2));
    sim.pass(300_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.REVERTED);
    assertThat(sim.records().revisions()).hasSize(3);
  }

  @Test
  void what_has_other_data_or_none_starts_beside_what_it_replaces() {
    var sim = new Simulation(7, 2, 1L << 40);
    ask(sim, applied("good", 1, "data"));
    var before = sim.records().assignments().firstKey();

    sim.ask(applied("bad", 1, "logs"));
    sim.pass(20_000);

    assertThat(sim.records().assignments()).hasSize(2).containsKey(before);
  }

  @Test
  void a_lost_node_takes_the_data_along_and_nothing_is_started_elsewhere() {
    var sim = new Simulation(4, 2, 1L << 40);
    ask(sim, applied("good", 1, "data"));
    var home = sim.records().assignments().firstEntry().getValue().node();
    var node = sim.nodes.stream().filter(one -> one.ref.equals(home)).findFirst().orElseThrow();

    node.access = dev.regrow.core.placement.Candidate.Access.DOWN;
    sim.tellEntities(new Input.NodeLost(home.uid()));
    sim.pass(60_000);

    assertThat(sim.records().assignments().values())
        .allMatch(assignment -> assignment.node().equals(home));
  }

  /**
   * Whatever is applied, rolled back and deleted: a slot's data is on one node, and its instances
   * are there, one at a time.
   */
  @Property(tries = 100)
  void data_never_moves(@ForAll long seed) {
    var random = new Random(seed);
    var sim = new Simulation(seed, 3, 1L << 40);
    var homes = new HashMap<PlaceKey, String>();
    for (int i = 0; i < 6; i++) {
      sim.ask(anyAsk(random));
      sim.pass(random.nextInt(20_000));
      sim.records()
          .places()
          .forEach(
              (key, node) ->
                  assertThat(homes.computeIfAbsent(key, first -> node.uid()))
                      .isEqualTo(node.uid()));
    }
    sim.pass(10_000); // Until what is being deleted is gone.
    ask(sim, applied("last", 2, "data"));

    for (var assignment : sim.records().assignments().values()) {
      var revision = requireNonNull(sim.records().revisions().get(assignment.revision()));
      for (var volume : revision.template().volumes()) {
        assertThat(sim.records().places().get(new PlaceKey(volume, assignment.slot())))
            .isEqualTo(assignment.node());
      }
    }
    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
  }

  private static Ask anyAsk(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> new Ask.Delete();
      case 1, 2 -> new Ask.Rollback(0);
      case 3 -> applied("bad", 1 + random.nextInt(3));
      default ->
          applied(
              random.nextBoolean() ? "good" : "better",
              random.nextInt(4),
              random.nextBoolean() ? "data" : "logs");
    };
  }

  private static SortedMap<Integer, String> nodesBySlot(Simulation sim) {
    var nodes = new TreeMap<Integer, String>();
    sim.records()
        .assignments()
        .values()
        .forEach(assignment -> nodes.put(assignment.slot(), assignment.node().name()));
    return nodes;
  }

  private static void ask(Simulation sim, Ask ask) {
    sim.ask(ask);
    sim.pass(120_000);
  }

  private static Ask.Apply applied(String command, int replicas, String... volumes) {
    var template =
        InstanceTemplate.newBuilder()
            .addCommand(command)
            .setNetwork(Network.NONE)
            .setResources(Resources.newBuilder().setMemory(100L << 20));
    for (var volume : List.of(volumes)) {
      template.addVolumesBuilder().setVolume(volume).setAt("/" + volume);
    }
    var declared =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace(Simulation.NAMESPACE)
            .setName(Simulation.NAME)
            .setReplicas(replicas)
            .setInstance(template)
            .build();
    return new Ask.Apply(DeclaredCodec.declared(declared, new TreeMap<>(), ""), "uid-1");
  }
}
