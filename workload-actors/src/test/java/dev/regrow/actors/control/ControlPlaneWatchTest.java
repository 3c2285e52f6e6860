package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.regrow.actors.control.ControlPlane.WatchKind;
import dev.regrow.actors.testing.Watcher;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredToken;
import dev.regrow.v1.TokenRole;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What those learn who list and watch. */
class ControlPlaneWatchTest extends ControlPlaneOfOne {

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
  void who_is_cut_off_among_the_current_items_is_told_all_of_them_on_resuming() throws Exception {
    get(plane.apply(web("v1").setName("a").build(), Precondition.NONE));
    get(plane.apply(web("v1").setName("b").build(), Precondition.NONE));
    var cutOff = new Watcher();
    var before = plane.watch(WatchKind.WORKLOADS, query(), 0, cutOff);
    long last = cutOff.until(WatchEvent::hasWorkload, PATIENCE).get(0).getIndex();
    before.close();
    var resumed = new Watcher();

    var watch = plane.watch(WatchKind.WORKLOADS, query(), last, resumed);

    var told = resumed.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);
    watch.close();
    assertThat(told)
        .filteredOn(WatchEvent::hasWorkload)
        .extracting(event -> event.getWorkload().getName())
        .containsExactly("a", "b");
    assertThat(told.get(told.size() - 1).getIndex()).isPositive();
  }

  @Test
  void a_watch_of_tokens_tells_who_may_come_in_and_never_how() throws Exception {
    var kept =
        StoredToken.newBuilder().setId("t1").setRole("deploy").setHash("abc").setCreatedAt(1);
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.TOKENS, ListQuery.all(), 0, watcher);
    watcher.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);

    write(new Txn.Write.Put(Keys.token("t1"), kept.build().toByteString()));
    write(new Txn.Write.Delete(Keys.token("t1")));

    var told = watcher.until(event -> event.getType() == WatchType.DELETE, PATIENCE);
    watch.close();
    assertThat(told)
        .extracting(
            WatchEvent::getType,
            event -> event.getToken().getId(),
            event -> event.getToken().getRole(),
            event -> event.getToken().hasToken())
        .containsExactly(
            tuple(WatchType.PUT, "t1", TokenRole.TOKEN_DEPLOY, false),
            tuple(WatchType.DELETE, "t1", TokenRole.TOKEN_DEPLOY, false));
  }

  @Test
  void a_watch_of_nodes_tells_who_is_registered_and_who_is_removed() throws Exception {
    var record = StoredNode.newBuilder().setUid("new").setMember("pekko://regrow@127.0.0.6:1#1");
    var watcher = new Watcher();
    var watch = plane.watch(WatchKind.NODES, ListQuery.all(), 0, watcher);
    watcher.until(event -> event.getType() == WatchType.SYNCED, PATIENCE);

    write(new Txn.Write.Put(Keys.node("new"), record.build().toByteString()));
    write(new Txn.Write.Put(Keys.node("new"), record.setName("n6").build().toByteString()));
    write(new Txn.Write.Put(Keys.node("new"), record.setRemovedAt(9).build().toByteString()));

    var told = watcher.until(event -> event.getType() == WatchType.DELETE, PATIENCE);
    watch.close();
    assertThat(told)
        .filteredOn(event -> event.getNode().getUid().equals("new"))
        .extracting(WatchEvent::getType, event -> event.getNode().getName())
        .containsExactly(tuple(WatchType.PUT, "n6"), tuple(WatchType.DELETE, "n6"));
  }

  private static void write(Txn.Write write) throws Exception {
    get(store.commit(new Txn(List.of(), List.of(write))));
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
}
