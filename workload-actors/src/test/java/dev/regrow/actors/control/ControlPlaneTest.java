package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.typesafe.config.ConfigFactory;
import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.SimpleNode;
import dev.regrow.actors.testing.Watcher;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole control plane of a cluster of one, over a store in memory and a node that obeys. */
class ControlPlaneTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String LACKS = "node n1 lacks 28 MiB memory";
  private static ActorTestKit kit;
  private static InMemoryStore store;
  private static SimpleNode node;
  private static ControlPlane plane;
  private static ControlPlaneModule module;
  private static int tests;

  private String namespace = "";

  @BeforeAll
  static void start() {
    kit =
        ActorTestKit.create(
            ConfigFactory.parseString(
                    """
                    pekko.actor.provider = cluster
                    pekko.cluster.roles = [server]
                    pekko.cluster.jmx.enabled = off
                    pekko.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                    pekko.actor.serialize-messages = off
                    """)
                .withFallback(ConfigFactory.load()));
    var cluster = Cluster.get(kit.system());
    cluster.manager().tell(new Join(cluster.selfMember().address()));
    store = new InMemoryStore();
    node = new SimpleNode();
    module =
        ControlPlaneModule.start(
            kit.system(),
            store,
            node,
            () -> new Now(System.nanoTime() / 1_000_000, System.currentTimeMillis()));
    node.reportTo(module.facts());
    plane = module.controlPlane();
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
    store.close();
  }

  @BeforeEach
  void ownNamespace() {
    namespace = "ns" + ++tests;
    node.sum(1L << 40);
    node.startsReady(true);
  }

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
  void a_slot_that_fits_nowhere_is_a_pending_instance_until_it_is_placed() throws Exception {
    node.sum(100L << 20);
    get(plane.apply(web("v1").setReplicas(2).build(), Precondition.NONE));
    var watcher = new Watcher();

    var watch = plane.watch(WatchKind.INSTANCES, query(), 0, watcher);
    var listed = get(plane.instances(ListQuery.of(ref()), ReadPoint.LOCAL)).items();
    var one = get(plane.instance(namespace, "web-1", ReadPoint.LOCAL));
    var first = watcher.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);
    node.sum(1L << 40);
    awaitReady(2);
    var gone = new ArrayList<String>();
    watcher.until(event -> removed(event, gone) == 2, PATIENCE);
    watch.close();

    assertThat(listed)
        .extracting("id", "slot", "phase", "node", "message")
        .containsExactly(
            tuple("web-0", "web-0", InstancePhase.INSTANCE_PENDING, "", LACKS),
            tuple("web-1", "web-1", InstancePhase.INSTANCE_PENDING, "", LACKS));
    assertThat(one).isEqualTo(listed.get(1));
    assertThat(first.stream().filter(WatchEvent::hasInstance).map(WatchEvent::getInstance))
        .containsExactlyElementsOf(listed);
    assertThat(gone).containsExactlyInAnyOrder("web-0", "web-1");
    assertThat(get(plane.instances(ListQuery.of(ref()), ReadPoint.LOCAL)).items())
        .extracting("node")
        .containsExactly("n1", "n1");
  }

  private static int removed(WatchEvent event, List<String> gone) {
    if (event.getType() == WatchType.DELETE) {
      gone.add(event.getInstance().getId());
    }
    return gone.size();
  }

  @Test
  void slots_that_came_to_fit_nowhere_are_told_to_those_who_watch() throws Exception {
    get(plane.apply(web("v1").build(), Precondition.NONE));
    awaitReady(1);
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.INSTANCES, query(), 0, watcher);
    node.sum(100L << 20);

    get(plane.scale(ref(), 2, Precondition.NONE));

    var told = watcher.until(event -> event.getInstance().getId().equals("web-1"), PATIENCE);
    watch.close();
    var pending = told.get(told.size() - 1).getInstance();
    assertThat(pending.getPhase()).isEqualTo(InstancePhase.INSTANCE_PENDING);
    assertThat(pending.getMessage()).isEqualTo(LACKS);
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
  void lists_come_by_pages_and_by_labels() throws Exception {
    for (int i = 0; i < 5; i++) {
      var team = i % 2 == 0 ? "shop" : "bank";
      get(
          plane.apply(
              web("v1").setName("w" + i).putLabels("team", team).build(), Precondition.NONE));
    }
    var names = new ArrayList<String>();
    var next = "";
    do {
      var query = new ListQuery(Optional.of(namespace), Optional.empty(), Map.of(), 2, next);
      var page = get(plane.workloads(query, ReadPoint.LOCAL));
      page.items().forEach(item -> names.add(item.getName()));
      next = page.next();
    } while (!next.isEmpty());
    var shop =
        new ListQuery(Optional.of(namespace), Optional.empty(), Map.of("team", "shop"), 1000, "");

    assertThat(names).containsExactly("w0", "w1", "w2", "w3", "w4");
    assertThat(get(plane.workloads(shop, ReadPoint.LOCAL)).items())
        .extracting("name")
        .containsExactly("w0", "w2", "w4");
    assertThat(get(plane.instances(shop, ReadPoint.LOCAL)).items())
        .extracting("workload")
        .containsExactly("w0", "w2", "w4");
  }

  @Test
  void a_watch_resumes_with_each_stored_change_once_and_not_from_the_future() throws Exception {
    var created = get(plane.apply(web("v1").build(), Precondition.NONE)).workload();
    awaitReady(1);
    var scaled = get(plane.scale(ref(), 2, Precondition.NONE));
    awaitReady(2);
    var watcher = new Watcher();
    var future = new Watcher();

    plane.watch(WatchKind.WORKLOADS, query(), created.getIndex(), watcher);
    plane.watch(WatchKind.WORKLOADS, query(), plane.index() + 1_000, future);

    var seen = watcher.until(event -> event.getWorkload().getReplicas() == 2, PATIENCE);
    assertThat(seen)
        .allMatch(event -> event.getIndex() > created.getIndex())
        .extracting(WatchEvent::getIndex)
        .doesNotHaveDuplicates()
        .isSorted();
    assertThat(seen.get(seen.size() - 1).getIndex()).isEqualTo(scaled.getIndex());
    assertThat(future.end(PATIENCE).kind()).isEqualTo(Refusal.Kind.BAD_REQUEST);
  }

  @Test
  void a_watch_of_revisions_tells_each_new_one_and_which_is_current() throws Exception {
    get(plane.apply(web("v1").build(), Precondition.NONE));
    awaitReady(1);
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.REVISIONS, ListQuery.of(ref()), 0, watcher);
    var first = watcher.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);

    get(plane.apply(web("v2").build(), Precondition.NONE));

    watcher.until(event -> isRevision(event, 2, true), PATIENCE);
    var both = new ArrayList<WatchEvent>();
    var again = new Watcher();
    var late = plane.watch(WatchKind.REVISIONS, ListQuery.of(ref()), 0, again);
    both.addAll(again.until(event -> event.getType() == WatchType.SYNCED, PATIENCE));
    watch.close();
    late.close();
    assertThat(isRevision(first.get(0), 1, true)).as("first told: %s", first).isTrue();
    assertThat(both).hasSize(3);
    assertThat(isRevision(both.get(0), 2, true)).as("later told: %s", both).isTrue();
    assertThat(isRevision(both.get(1), 1, false)).as("later told: %s", both).isTrue();
  }

  @Test
  void who_watches_revisions_learns_that_one_is_no_longer_current() throws Exception {
    get(plane.apply(web("v1").build(), Precondition.NONE));
    awaitReady(1);
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.REVISIONS, ListQuery.of(ref()), 0, watcher);
    watcher.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);

    get(plane.apply(web("v2").build(), Precondition.NONE));

    watcher.until(event -> isRevision(event, 1, false), PATIENCE);
    watch.close();
    var none = new Watcher();
    plane.watch(WatchKind.REVISIONS, ListQuery.of(new WorkloadRef(namespace, "absent")), 0, none);
    assertThat(none.end(PATIENCE).kind()).isEqualTo(Refusal.Kind.NOT_FOUND);
  }

  private static boolean isRevision(WatchEvent event, long number, boolean current) {
    return event.getRevision().getRevision() == number
        && event.getRevision().getCurrent() == current;
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

  private NodeOrder.Run run() throws InterruptedException {
    while (true) {
      var order = node.orders.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(order).as("an order to run something in " + namespace).isNotNull();
      if (order instanceof NodeOrder.Run run && run.assignment().namespace().equals(namespace)) {
        return run;
      }
    }
  }

  private void awaitReady(int replicas) throws InterruptedException {
    awaitThat(
        event ->
            event.getWorkload().getStatus().getPhase() == WorkloadPhase.WORKLOAD_READY
                && event.getWorkload().getStatus().getReady() == replicas);
  }

  private void awaitGone() throws InterruptedException {
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.WORKLOADS, query(), 0, watcher);
    if (!watcher.until(e -> e.getType() == WatchType.SYNCED, PATIENCE).get(0).hasWorkload()) {
      return;
    }
    watcher.until(event -> event.getType() == WatchType.DELETE, PATIENCE);
    watch.close();
  }

  private void awaitThat(Predicate<WatchEvent> wanted) throws InterruptedException {
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.WORKLOADS, query(), 0, watcher);
    watcher.until(wanted, PATIENCE);
    watch.close();
  }

  private static boolean isReady(WatchEvent event, long revision) {
    var status = event.getWorkload().getStatus();
    return status.getPhase() == WorkloadPhase.WORKLOAD_READY
        && status.getRevision() == revision
        && event.getWorkload().getRevision() == revision;
  }

  private Workload.Builder web(String command) {
    return Workload.newBuilder()
        .setKind(Kind.SERVICE)
        .setNamespace(namespace)
        .setName("web")
        .setInstance(InstanceTemplate.newBuilder().addCommand(command).setNetwork(Network.NONE));
  }

  private WorkloadRef ref() {
    return new WorkloadRef(namespace, "web");
  }

  private ListQuery query() {
    return new ListQuery(Optional.of(namespace), Optional.empty(), Map.of(), 1000, "");
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static void refused(Refusal.Kind kind, ThrowingCallable action) {
    assertThatThrownBy(action)
        .satisfies(
            failure -> {
              var cause = failure;
              while (!(cause instanceof Refusal) && cause.getCause() != null) {
                cause = cause.getCause();
              }
              assertThat(cause).isInstanceOf(Refusal.class);
              assertThat(((Refusal) cause).kind()).isEqualTo(kind);
              assertThat(cause.getMessage()).isNotBlank();
            });
  }
}
