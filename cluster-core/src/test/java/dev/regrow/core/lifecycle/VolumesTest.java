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

  /** Whatever is applied and deleted: a slot's data is on one node, and its instances are there. */
  @Property(tries = 100)
  void data_never_moves(@ForAll long seed) {
    var random = new Random(seed);
    var sim = new Simulation(seed, 3, 1L << 40);
    var homes = new HashMap<PlaceKey, String>();
    for (int i = 0; i < 6; i++) {
      sim.ask(
          random.nextInt(5) == 0
              ? new Ask.Delete()
              : applied(
                  random.nextBoolean() ? "good" : "better",
                  random.nextInt(4),
                  random.nextBoolean() ? "data" : "logs"));
      sim.pass(random.nextInt(20_000));
      sim.records()
          .places()
          .forEach(
              (key, node) ->
                  assertThat(homes.computeIfAbsent(key, first -> node.uid()))
                      .isEqualTo(node.uid()));
    }
    sim.pass(60_000);

    var current = sim.records().current();
    for (var assignment : sim.records().assignments().values()) {
      var revision = requireNonNull(sim.records().revisions().get(assignment.revision()));
      for (var volume : revision.template().volumes()) {
        assertThat(sim.records().places().get(new PlaceKey(volume, assignment.slot())))
            .isEqualTo(assignment.node());
      }
    }
    assertThat(current == null || sim.status().phase() == Status.Phase.READY).isTrue();
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
