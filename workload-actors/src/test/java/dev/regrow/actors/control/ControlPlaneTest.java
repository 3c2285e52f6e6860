package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.testing.SimpleNode;
import dev.regrow.actors.testing.Watcher;
import dev.regrow.core.store.StoreException;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.WorkloadPhase;
import org.junit.jupiter.api.Test;

/** What becomes of what is declared. */
class ControlPlaneTest extends ControlPlaneOfOne {

  @Test
  void an_applied_workload_becomes_ready_and_says_so_to_those_who_watch() throws Exception {
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.WORKLOADS, query(), 0, watcher);

    var applied = get(plane.apply(web("v1").setReplicas(3).build(), Precondition.NONE));

    assertThat(applied.outcome()).isEqualTo(Applied.Outcome.CREATED);
    var seen = watcher.until(event -> isReady(event, 1), PATIENCE);
    watch.close();
    assertThat(seen.get(0).getType()).isEqualTo(WatchType.SYNCED);
    var ready = get(plane.workload(ref(), ReadPoint.LOCAL));
    assertThat(ready.getStatus().getReady()).isEqualTo(3);
    assertThat(ready.getIndex()).isEqualTo(applied.workload().getIndex());
    var instances = get(plane.instances(ListQuery.of(ref()), ReadPoint.LOCAL)).items();
    assertThat(instances)
        .hasSize(3)
        .allMatch(i -> i.getPhase() == InstancePhase.INSTANCE_RUNNING && i.getReady())
        .extracting("slot")
        .containsExactly("web-0", "web-1", "web-2");
    assertThat(get(plane.instance(namespace, "web-1", ReadPoint.LOCAL)).getNode()).isEqualTo("n1");
  }

  @Test
  void an_equal_apply_keeps_the_index_and_a_wrong_one_is_stale() throws Exception {
    var first = get(plane.apply(web("v1").build(), Precondition.NONE)).workload();
    awaitReady(1);

    var again = get(plane.apply(web("v1").build(), Precondition.NONE));

    assertThat(again.outcome()).isEqualTo(Applied.Outcome.UNCHANGED);
    assertThat(again.workload().getIndex()).isEqualTo(first.getIndex());
    assertThat(again.workload().getReplicas()).isEqualTo(1);
    refused(
        Refusal.Kind.STALE,
        () -> get(plane.apply(web("v2").build(), new Precondition.IndexIs(first.getIndex() + 1))));
    refused(
        Refusal.Kind.STALE, () -> get(plane.apply(web("v1").build(), new Precondition.Absent())));
    var changed = get(plane.apply(web("v2").build(), new Precondition.IndexIs(first.getIndex())));
    assertThat(changed.outcome()).isEqualTo(Applied.Outcome.CHANGED);
    assertThat(changed.workload().getRevision()).isEqualTo(2);
  }

  @Test
  void scaled_restarted_rolled_back_and_deleted() throws Exception {
    get(plane.apply(web("v1").build(), Precondition.NONE));
    awaitReady(1);
    get(plane.scale(ref(), 2, Precondition.NONE));
    awaitReady(2);
    var before = node.running(namespace);
    get(plane.restart(ref(), Precondition.NONE));
    awaitThat(
        event ->
            isReady(event, 1)
                && event.getWorkload().getStatus().getReady() == 2
                && node.running(namespace).stream().noneMatch(before::contains));
    get(plane.apply(web("v2").build(), Precondition.NONE));
    awaitThat(event -> isReady(event, 2));

    var back = get(plane.rollback(ref(), 0, Precondition.NONE));

    assertThat(back.getRevision()).isEqualTo(3);
    assertThat(back.getInstance().getCommand(0)).isEqualTo("v1");
    awaitThat(event -> isReady(event, 3));
    assertThat(get(plane.revisions(ListQuery.of(ref()), ReadPoint.LOCAL)).items())
        .extracting("revision")
        .containsExactly(3L, 2L, 1L);
    var deleting = get(plane.delete(ref(), Precondition.NONE));
    assertThat(deleting.getStatus().getPhase()).isEqualTo(WorkloadPhase.WORKLOAD_STOPPING);
    awaitGone();
    refused(Refusal.Kind.NOT_FOUND, () -> get(plane.workload(ref(), ReadPoint.LOCAL)));
    refused(Refusal.Kind.NOT_FOUND, () -> get(plane.delete(ref(), Precondition.NONE)));
    assertThat(node.running(namespace)).isEmpty();
  }

  @Test
  void what_happened_is_told_in_the_order_of_cause_and_effect() throws Exception {
    get(plane.apply(web("v1").build(), Precondition.NONE));
    awaitReady(1);
    var run = run();
    node.happened(run.assignment(), "OOMKilled");
    var watcher = new Watcher();

    var watch = plane.watch(WatchKind.EVENTS, ListQuery.of(ref()), 0, watcher);
    watcher.until(event -> event.getEvent().getReason().equals("OOMKilled"), PATIENCE);
    watch.close();

    assertThat(get(plane.events(ListQuery.of(ref()), ReadPoint.LOCAL)).items())
        .extracting("reason")
        .containsSubsequence("Applied", "Placed", "RolledOut", "OOMKilled");
  }

  @Test
  void a_lost_order_is_given_again() throws Exception {
    node.ordersToLose.set(1);

    get(plane.apply(web("v1").build(), Precondition.NONE));

    awaitReady(1);
  }

  @Test
  void a_workload_that_fits_nowhere_says_what_is_missing() throws Exception {
    node.sum(100L << 20);

    get(plane.apply(web("v1").build(), Precondition.NONE));
    var pending = get(plane.workload(ref(), ReadPoint.LOCAL)).getStatus();
    node.sum(1L << 40);

    assertThat(pending.getPhase()).isEqualTo(WorkloadPhase.WORKLOAD_PENDING);
    assertThat(pending.getMessage()).isEqualTo("0/1 ready; web-0: node n1 lacks 28 MiB memory");
    awaitReady(1);
  }

  @Test
  void a_full_disk_refuses_the_change_and_later_takes_it() throws Exception {
    store.refuseWrites(StoreException.Kind.DISK_FULL);
    refused(Refusal.Kind.DISK_FULL, () -> get(plane.apply(web("v1").build(), Precondition.NONE)));
    refused(Refusal.Kind.NOT_FOUND, () -> get(plane.workload(ref(), ReadPoint.LOCAL)));

    store.acceptWrites();
    get(plane.apply(web("v1").build(), Precondition.NONE));

    awaitReady(1);
  }

  @Test
  void an_unanswered_commit_is_of_unknown_outcome_and_then_found_done() throws Exception {
    store.loseReplies(1);
    refused(
        Refusal.Kind.OUTCOME_UNKNOWN, () -> get(plane.apply(web("v1").build(), Precondition.NONE)));

    awaitReady(1);
  }

  @Test
  void a_plan_tells_what_an_apply_would_do_and_changes_nothing() throws Exception {
    var create = get(plane.plan(web("v1").setReplicas(2).build()));
    refused(Refusal.Kind.NOT_FOUND, () -> get(plane.workload(ref(), ReadPoint.LOCAL)));
    get(plane.apply(web("v1").setReplicas(2).build(), Precondition.NONE));
    awaitReady(2);

    var roll = get(plane.plan(web("v2").build()));
    var nothing = get(plane.plan(web("v1").build()));

    assertThat(create.getAction()).isEqualTo(PlanAction.CREATE);
    assertThat(create.getPlacementsList())
        .extracting("slot", "node")
        .containsExactly(tuple("web-0", "n1"), tuple("web-1", "n1"));
    assertThat(roll.getAction()).isEqualTo(PlanAction.UPDATE);
    assertThat(roll.getRolls()).isTrue();
    assertThat(roll.getChangesList()).extracting("field").containsExactly("instance.command");
    assertThat(nothing.getAction()).isEqualTo(PlanAction.UNCHANGED);
  }

  @Test
  void a_node_that_asks_gets_what_it_is_to_run() throws Exception {
    get(plane.apply(web("v1").setReplicas(2).build(), Precondition.NONE));
    awaitReady(2);

    var runs = get(module.facts().assignmentsOf(SimpleNode.UID));

    var own = runs.stream().filter(run -> run.assignment().namespace().equals(namespace)).toList();
    assertThat(own).hasSize(2);
    assertThat(own).allMatch(run -> run.template().getCommand(0).equals("v1"));
    assertThat(own).allMatch(run -> run.assignment().epoch() > 0);
    assertThat(get(module.facts().assignmentsOf("another"))).isEmpty();
  }
}
