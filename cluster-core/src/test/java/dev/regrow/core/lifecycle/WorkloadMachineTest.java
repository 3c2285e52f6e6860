package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Occurrence;
import dev.regrow.core.model.Opaque;
import dev.regrow.core.placement.Candidate;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.v1.DisconnectPolicy;
import dev.regrow.v1.LabelRequirement;
import dev.regrow.v1.Placement;
import dev.regrow.v1.UpdatePolicy;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The machine against simulated nodes: fair weather, and a network that loses and repeats. */
class WorkloadMachineTest {

  @Test
  void an_applied_workload_gets_its_instances_in_one_commit_and_is_ready() {
    var sim = new Simulation(1, 1, 1L << 40);

    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(3);
    var first = sim.records();
    sim.pass(20_000);

    assertThat(first.assignments()).hasSize(3);
    assertThat(sim.store.appliedIndex()).isLessThan(20);
    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.status().revision()).isEqualTo(1);
    assertThat(sim.nodes.get(0).alive()).hasSize(3);
    assertThat(sim.atPeace()).isTrue();
  }

  @Test
  void what_is_answered_without_a_commit_is_true_though_a_twin_changed_it_meanwhile() {
    var sim = new Simulation(1, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 2, UnaryOperator.identity()));
    sim.pass(20_000);
    sim.haveTwin();
    sim.ask(1, new Ask.Scale(5), Ask.Expect.NOTHING, Ask.Attempt.ONLY);
    sim.pass(3); // It is stored, and no node has told of it.

    sim.ask(new Ask.Scale(2));
    sim.pass(100);

    assertThat(((Answer.Done) sim.answers.get(2)).outcome()).isEqualTo(Answer.Outcome.CHANGED);
    assertThat(Objects.requireNonNull(sim.records().workload()).replicas()).isEqualTo(2);
  }

  @Test
  void a_refusal_is_true_though_a_twin_changed_what_it_goes_by() {
    var sim = new Simulation(1, 1, 1L << 40);
    sim.pass(1);
    sim.haveTwin();
    sim.ask(new Ask.Scale(1)); // Both have looked, and there is no such workload.
    sim.pass(100);
    sim.ask(
        1,
        Simulation.apply("good", 2, UnaryOperator.identity()),
        Ask.Expect.NOTHING,
        Ask.Attempt.ONLY);
    sim.pass(3); // It is stored, and no node has told of it.

    sim.ask(new Ask.Scale(3));
    sim.pass(100);

    assertThat(((Answer.Refused) sim.answers.get(0)).why()).isEqualTo(Answer.Why.NOT_FOUND);
    assertThat(((Answer.Done) sim.answers.get(2)).outcome()).isEqualTo(Answer.Outcome.CHANGED);
  }

  @Test
  void what_a_node_says_again_is_not_looked_at_and_what_is_new_is() {
    var sim = new Simulation(1, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(20_000);

    var again = sim.onReports(live -> numbered(live, live.sequence() + 1, live.ready()));
    var news = sim.onReports(live -> numbered(live, live.sequence() + 1, false));

    assertThat(again).hasSize(3).allMatch(decision -> decision.effects().isEmpty());
    assertThat(news)
        .hasSize(3)
        .allMatch(decision -> decision.effects().equals(List.of(new Effect.Look(0))));
  }

  @Test
  void what_is_told_of_very_many_instances_is_judged_together() {
    int count = 300;
    var sim = new Simulation(1, 1, 1L << 40);

    sim.ask(Simulation.apply("good", count, UnaryOperator.identity()));
    sim.pass(20_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.looks).isBetween(1, count / 2);
    assertThat(sim.atPeace()).isTrue();
  }

  private static Live numbered(Live live, long sequence, boolean ready) {
    return new Live(
        live.phase(),
        ready,
        live.readySinceBootMillis(),
        live.startedAt(),
        live.restarts(),
        live.end(),
        live.message(),
        sequence);
  }

  @Test
  void an_equal_apply_changes_nothing_and_keeps_the_index() {
    var sim = new Simulation(2, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 2, UnaryOperator.identity()));
    sim.pass(20_000);
    var before = sim.store.appliedIndex();

    sim.ask(Simulation.apply("good", 2, UnaryOperator.identity()));
    sim.pass(20_000);

    var first = (Answer.Done) sim.answers.get(0);
    var second = (Answer.Done) sim.answers.get(1);
    assertThat(second.outcome()).isEqualTo(Answer.Outcome.UNCHANGED);
    assertThat(index(second)).isEqualTo(index(first));
    assertThat(sim.store.appliedIndex()).isEqualTo(before);
  }

  @Test
  void a_new_template_replaces_all_instances_and_keeps_their_slots() {
    var sim = new Simulation(3, 2, 1L << 40);
    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(20_000);
    var before = sim.records().assignments().keySet();

    sim.ask(Simulation.apply("better", 3, UnaryOperator.identity()));
    sim.pass(60_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.status().revision()).isEqualTo(2);
    assertThat(sim.records().assignments().keySet()).doesNotContainAnyElementsOf(before);
    assertThat(sim.records().assignments().values())
        .extracting("slot")
        .containsExactlyInAnyOrder(0, 1, 2);
    assertThat(sim.atPeace()).isTrue();
  }

  @Test
  void a_rollout_that_gets_nowhere_is_reverted_to_the_last_good_content() {
    var sim = new Simulation(4, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 2, quick(true)));
    sim.pass(20_000);

    sim.ask(Simulation.apply("bad", 2, quick(true)));
    sim.pass(60_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.REVERTED);
    assertThat(sim.status().revision()).isEqualTo(3);
    assertThat(sim.status().ready()).isEqualTo(2);
    assertThat(content(sim, 3)).isEqualTo(content(sim, 1));
    assertThat(sim.atPeace()).isTrue();
  }

  @Test
  void what_ends_at_once_is_no_good_reason_to_let_go_of_what_runs() {
    var sim = new Simulation(4, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 2, quick(true)));
    sim.pass(20_000);

    sim.ask(Simulation.apply("fleeting", 2, quick(true)));
    sim.pass(8_000);
    assertThat(staying(sim, 1)).as("of what is good").isEqualTo(2);
    sim.pass(60_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.REVERTED);
    assertThat(sim.status().ready()).isEqualTo(2);
    assertThat(sim.atPeace()).isTrue();
  }

  @Test
  void who_takes_a_rollout_over_keeps_what_is_good_though_it_has_just_heard_of_it() {
    var sim = new Simulation(4, 1, 1L << 40);
    UnaryOperator<Workload.Builder> patient =
        declared -> {
          quick(true).apply(declared).getUpdateBuilder().setMinReady(5_000);
          return declared;
        };
    sim.ask(Simulation.apply("good", 3, patient));
    sim.pass(60_000);
    sim.ask(Simulation.apply("bad", 3, patient));
    sim.pass(2_000);

    sim.takeOver();
    sim.pass(3_000);

    assertThat(staying(sim, 1)).as("of what is good").isEqualTo(3);
  }

  private static long staying(Simulation sim, long revision) {
    return sim.records().assignments().values().stream()
        .filter(each -> each.revision() == revision && !each.stopping())
        .count();
  }

  @Test
  void an_image_that_takes_longer_than_the_deadline_is_waited_for_as_long_as_more_of_it_comes() {
    var sim = new Simulation(4, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 1, quick(true)));
    sim.pass(20_000);

    sim.ask(Simulation.apply("large", 1, quick(true)));
    sim.pass(40_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.status().revision()).isEqualTo(2);
  }

  @Test
  void an_image_of_which_no_more_comes_is_no_progress() {
    var sim = new Simulation(4, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 1, quick(true)));
    sim.pass(20_000);

    sim.ask(Simulation.apply("stuck", 1, quick(true)));
    sim.pass(11_000);
    assertThat(sim.records().revisions()).hasSize(2);
    sim.pass(9_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.REVERTED);
  }

  @Test
  void how_far_an_image_is_makes_nobody_look() {
    var live = new Live(Live.Phase.STARTING, false, 0, 0, 0, null, "pulls: 1 of 9 MB", 4, 1, 70);
    var later = new Live(Live.Phase.STARTING, false, 0, 0, 0, null, "pulls: 2 of 9 MB", 5, 2, 90);
    var again = new Live(Live.Phase.STARTING, false, 0, 0, 0, null, "pulls: 1 of 9 MB", 6, 1, 99);

    assertThat(later.after(live).repeats(live)).isTrue();
    assertThat(later.after(live).pulledAtBootMillis()).isEqualTo(90);
    assertThat(again.after(later).pulledAtBootMillis()).as("came before").isEqualTo(90);
    assertThat(again.after(later).pulled()).isEqualTo(2);
  }

  @Test
  void a_first_revision_that_gets_nowhere_is_degraded_and_never_reverted() {
    var sim = new Simulation(5, 1, 1L << 40);

    sim.ask(Simulation.apply("bad", 2, quick(true)));
    sim.pass(60_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.DEGRADED);
    assertThat(sim.status().reason()).isEqualTo("Stalled");
    assertThat(sim.records().revisions()).hasSize(1);
  }

  @Test
  void what_fits_nowhere_waits_with_a_reason_and_comes_when_there_is_room() {
    var sim = new Simulation(6, 1, 250L << 20);
    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(20_000);

    assertThat(sim.status().message()).isEqualTo("2/3 ready; web-2: node n1 lacks 50 MiB memory");

    sim.nodes.add(new SimulatedNode(sim, "n2", new Demand(9_000, 1L << 30, 9_000)));
    sim.pass(20_000);

    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.nodes.get(1).alive()).hasSize(1);
  }

  @Test
  void a_deleted_workload_leaves_nothing_behind() {
    var sim = new Simulation(7, 2, 1L << 40);
    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(20_000);

    sim.ask(new Ask.Delete());
    sim.pass(3);
    var stopping = ((Answer.Done) sim.answers.get(1)).records().workload();
    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(20_000);

    assertThat(stopping).isNotNull();
    assertThat(stopping.deleted()).isTrue();
    assertThat(((Answer.Refused) sim.answers.get(2)).why()).isEqualTo(Answer.Why.CONFLICT);
    assertThat(sim.nodes).allMatch(node -> node.alive().isEmpty());
    for (var prefix :
        new String[] {
          Keys.WORKLOADS, Keys.REVISIONS, Keys.ASSIGNMENTS, Keys.NODE_ASSIGNMENTS, Keys.EVENTS
        }) {
      assertThat(sim.entries(RangeQuery.prefix(prefix))).as(prefix).isEmpty();
    }
  }

  @Test
  void a_storm_of_restarts_writes_little_and_events_stay_bounded() {
    var sim = new Simulation(8, 1, 1L << 40);
    sim.ask(Simulation.apply("good", 1, UnaryOperator.identity()));
    sim.pass(20_000);
    var before = sim.store.appliedIndex();
    var assignment = sim.records().assignments().firstEntry().getValue();
    var target = Target.of(assignment, "uid-1");

    for (int i = 0; i < 6_000; i++) {
      sim.fact(
          new Input.Happened(
              target,
              new Occurrence(sim.now().wallMillis(), true, "i", "s", "n", "BackingOff", "again")));
      sim.pass(10);
    }

    assertThat(sim.store.appliedIndex() - before).isBetween(3L, 30L);
    assertThat(sim.records().events()).hasSizeLessThanOrEqualTo(Draft.EVENTS_MAX);
  }

  @Test
  void a_drained_node_is_emptied_one_by_one_and_a_cordoned_one_gets_nothing_new() {
    var sim = new Simulation(9, 3, 1L << 40);
    sim.ask(Simulation.apply("good", 6, UnaryOperator.identity()));
    sim.pass(20_000);
    sim.nodes.get(1).access = Candidate.Access.CORDONED;
    sim.nodes.get(0).access = Candidate.Access.DRAINING;

    for (int step = 0; step < 200; step++) {
      sim.wake();
      sim.pass(100);
      assertThat(ready(sim)).as("ready").isGreaterThanOrEqualTo(6);
    }

    assertThat(sim.nodes.get(0).alive()).isEmpty();
    assertThat(sim.nodes.get(1).alive()).hasSize(2);
    assertThat(sim.nodes.get(2).alive()).hasSize(4);
    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
    assertThat(sim.records().revisions()).hasSize(1);
  }

  @Test
  void a_change_of_placement_is_no_new_revision_moves_nothing_and_counts_from_then_on() {
    var sim = new Simulation(11, 3, 1L << 40);
    sim.ask(Simulation.apply("good", 3, UnaryOperator.identity()));
    sim.pass(20_000);
    var before = sim.records().assignments().keySet();
    UnaryOperator<Workload.Builder> onlyOnTheThird =
        declared ->
            declared.setPlacement(
                Placement.newBuilder()
                    .addRequire(LabelRequirement.newBuilder().setLabel("node").addIn("n3")));

    sim.ask(Simulation.apply("good", 3, onlyOnTheThird));
    sim.pass(20_000);
    assertThat(sim.records().revisions()).hasSize(1);
    assertThat(sim.records().assignments().keySet()).isEqualTo(before);

    sim.ask(new Ask.Restart());
    sim.pass(60_000);
    assertThat(sim.nodes.get(2).alive()).hasSize(3);
  }

  @Test
  void a_change_of_the_lease_replaces_what_lives_on_another() {
    var sim = new Simulation(12, 2, 1L << 40);
    sim.ask(Simulation.apply("good", 2, stoppedAfter(60_000)));
    sim.pass(20_000);
    var sixty = sim.records().assignments();
    sim.ask(Simulation.apply("good", 2, stoppedAfter(90_000)));
    sim.pass(60_000);
    var ninety = sim.records().assignments();
    sim.ask(Simulation.apply("good", 2, UnaryOperator.identity()));
    sim.pass(60_000);
    var none = sim.records().assignments();

    assertThat(sixty.values()).extracting(Assignment::leaseMillis).containsOnly(60_000L);
    assertThat(ninety).hasSize(2).doesNotContainKeys(keys(sixty));
    assertThat(ninety.values()).extracting(Assignment::leaseMillis).containsOnly(90_000L);
    assertThat(none).hasSize(2).doesNotContainKeys(keys(ninety));
    assertThat(none.values()).noneMatch(Assignment::leased);
    assertThat(sim.records().revisions()).hasSize(1);
    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
  }

  private static InstanceId[] keys(Map<InstanceId, Assignment> assignments) {
    return assignments.keySet().toArray(InstanceId[]::new);
  }

  @Test
  void what_is_exclusive_now_is_waited_for_as_long_as_it_was_started_to_live() {
    var sim = new Simulation(13, 2, 1L << 40);
    sim.ask(Simulation.apply("good", 1, stoppedAfter(60_000)));
    sim.pass(20_000);
    var before = sim.records().assignments().firstEntry().getValue();
    var home =
        sim.nodes.stream().filter(n -> n.ref.equals(before.node())).findFirst().orElseThrow();

    home.cut = true;
    sim.ask(Simulation.apply("good", 1, declared -> declared.setExclusive(true)));
    sim.pass(10);
    home.access = Candidate.Access.DOWN;
    sim.tellEntities(new Input.NodeLost(before.node().uid()));

    sim.pass(57_000); // It was renewed for the last time before that.
    assertThat(sim.records().assignments()).containsOnlyKeys(before.id());
    sim.pass(20_000);
    assertThat(sim.records().assignments()).hasSize(1).doesNotContainKey(before.id());
  }

  @Test
  void what_an_older_release_placed_is_left_alone_by_a_newer_one() throws Exception {
    var sim = new Simulation(14, 2, 1L << 40);
    sim.ask(Simulation.apply("good", 2, declared -> declared.setExclusive(true)));
    sim.pass(20_000);
    var before = sim.records().assignments().keySet();

    sim.forgetLeases();
    sim.pass(60_000);

    assertThat(sim.records().assignments().keySet()).isEqualTo(before);
    assertThat(sim.status().phase()).isEqualTo(Status.Phase.READY);
  }

  private static UnaryOperator<Workload.Builder> stoppedAfter(long millis) {
    return declared -> declared.setDisconnect(DisconnectPolicy.newBuilder().setStopAfter(millis));
  }

  @Test
  void a_drain_without_room_elsewhere_moves_nothing_and_goes_on_when_there_is() {
    var sim = new Simulation(10, 2, 250L << 20);
    sim.ask(Simulation.apply("good", 4, UnaryOperator.identity()));
    sim.pass(20_000);
    sim.nodes.get(0).access = Candidate.Access.DRAINING;
    sim.wake();
    sim.pass(20_000);

    assertThat(ready(sim)).isEqualTo(4);
    assertThat(sim.nodes.get(0).alive()).hasSize(2);

    sim.nodes.add(new SimulatedNode(sim, "n3", new Demand(9_000, 1L << 30, 9_000)));
    sim.pass(20_000);

    assertThat(ready(sim)).isEqualTo(4);
    assertThat(sim.nodes.get(0).alive()).isEmpty();
    assertThat(sim.nodes.get(2).alive()).hasSize(2);
  }

  private static long ready(Simulation sim) {
    return sim.nodes.stream()
        .flatMap(node -> node.alive().values().stream())
        .filter(instance -> instance.ready)
        .count();
  }

  @Property(tries = 300)
  void a_drain_never_leaves_fewer_ready_than_the_update_allows(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int replicas,
      @ForAll @IntRange(min = 0, max = 2) int surge,
      @ForAll @IntRange(min = 0, max = 2) int unavailable) {
    var sim = new Simulation(seed, 3, 100L << 30);
    UnaryOperator<Workload.Builder> more =
        declared ->
            declared.setUpdate(
                UpdatePolicy.newBuilder()
                    .setSurge(surge)
                    .setUnavailable(unavailable)
                    .setProgressDeadline(3_600_000));
    sim.ask(Simulation.apply("good", replicas, more));
    sim.pass(30_000);
    int allowed = surge == 0 ? Math.max(1, unavailable) : unavailable;
    assertThat(ready(sim)).isEqualTo(replicas);

    sim.nodes.get(sim.random.nextInt(3)).access = Candidate.Access.DRAINING;
    for (int step = 0; step < 300; step++) {
      sim.wake();
      sim.pass(50);
      assertThat(ready(sim)).isGreaterThanOrEqualTo(replicas - allowed);
    }

    assertThat(sim.nodes.stream().filter(n -> n.access == Candidate.Access.DRAINING))
        .allMatch(node -> node.alive().isEmpty());
    assertThat(ready(sim)).isEqualTo(replicas);
  }

  @Property(tries = 300)
  void whatever_is_lost_or_repeated_it_converges(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int nodes,
      @ForAll boolean exclusive,
      @ForAll boolean twin) {
    var sim = new Simulation(seed, nodes, 100L << 30);
    sim.loss = 0.25;
    sim.repeat = 0.2;
    UnaryOperator<Workload.Builder> more =
        declared ->
            declared
                .setExclusive(exclusive)
                .setUpdate(
                    UpdatePolicy.newBuilder()
                        .setSurge(sim.random.nextInt(3))
                        .setUnavailable(sim.random.nextInt(2))
                        .setProgressDeadline(3_600_000)
                        .setAutoRevert(true));
    sim.ask(Simulation.apply("v0", 1 + sim.random.nextInt(5), more));
    sim.pass(500);
    if (twin) {
      sim.haveTwin();
    }

    for (int change = 1; change <= 6; change++) {
      disturb(sim, change, more);
      sim.pass(sim.random.nextInt(4_000));
    }
    sim.loss = 0;
    sim.repeat = 0;
    sim.leases.late = false; // Else a lease may run out at any time, also at the last moment.
    sim.nodes.get(0).access = Candidate.Access.OPEN;
    int replicas = 1 + sim.random.nextInt(5);
    sim.ask(Simulation.apply("last", replicas, more));
    for (int round = 0; round < 60; round++) {
      sim.pass(10_000);
      sim.wake();
    }
    sim.pass(1_000);

    assertThat(sim.status().phase())
        .as("%s %s", sim.status(), sim.records().assignments().values())
        .isEqualTo(Status.Phase.READY);
    assertThat(sim.records().assignments()).hasSize(replicas);
    var alive = sim.nodes.stream().mapToInt(node -> node.alive().size()).sum();
    assertThat(alive).as("processes").isEqualTo(replicas);
    assertThat(sim.nodes)
        .allSatisfy(
            node ->
                assertThat(sim.records().assignments().keySet())
                    .containsAll(node.alive().keySet()));
    assertThat(sim.records().events()).hasSizeLessThanOrEqualTo(Draft.EVENTS_MAX);
  }

  private static void disturb(Simulation sim, int change, UnaryOperator<Workload.Builder> more) {
    var access = Candidate.Access.values();
    sim.nodes.get(0).access =
        sim.random.nextInt(4) == 0 ? access[sim.random.nextInt(3)] : access[0];
    switch (sim.random.nextInt(5)) {
      case 0 -> sim.ask(Simulation.apply("v" + change, 1 + sim.random.nextInt(5), more));
      case 1 -> sim.ask(new Ask.Scale(sim.random.nextInt(6)));
      case 2 -> sim.ask(new Ask.Restart());
      case 3 -> sim.nodes.forEach(SimulatedNode::crashOne);
      default -> sim.ask(new Ask.Rollback(0));
    }
  }

  private static UnaryOperator<Workload.Builder> quick(boolean autoRevert) {
    return declared ->
        declared.setUpdate(
            UpdatePolicy.newBuilder()
                .setSurge(1)
                .setProgressDeadline(10_000)
                .setAutoRevert(autoRevert));
  }

  private static Opaque content(Simulation sim, long revision) {
    var found = sim.records().revisions().get(revision);
    assertThat(found).isNotNull();
    return found.template().content();
  }

  private static long index(Answer.Done done) {
    var workload = done.records().workload();
    assertThat(workload).isNotNull();
    return workload.index();
  }
}
