package dev.regrow.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredDown;
import dev.regrow.v1.StoredDowns;
import dev.regrow.v1.StoredIncarnation;
import dev.regrow.v1.StoredName;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredPlace;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PermissionsTest {

  private static final String SELF = "aaaaaaaaaaaa";
  private static final String OTHER = "bbbbbbbbbbbb";
  private static final CertifiedNode WORKER = node(NodeRole.WORKER);
  private static final CertifiedNode WITNESS = node(NodeRole.WITNESS);
  private static final CertifiedNode SERVER = node(NodeRole.SERVER);

  private final Map<String, Entry> state = new TreeMap<>();

  private static CertifiedNode node(NodeRole role) {
    return new CertifiedNode(SELF, role, List.of("10.0.0.1"), Instant.EPOCH, Instant.MAX);
  }

  private static StoredNode.Builder record(String uid) {
    return StoredNode.newBuilder().setUid(uid).setMember("member-" + uid);
  }

  private void holds(String key, Message value) {
    state.put(key, new Entry(key, value.toByteString(), 3, 7));
  }

  private boolean mayRead(CertifiedNode who, RangeQuery query) {
    return Permissions.range(who, query.from(), query.to(), state::get).isEmpty();
  }

  private boolean mayPut(CertifiedNode who, Map<String, ? extends Message> values) {
    var conditions =
        values.keySet().stream()
            .<Txn.Condition>map(
                key ->
                    state.containsKey(key)
                        ? new Txn.Condition.ChangedAt(key, 7)
                        : new Txn.Condition.Absent(key))
            .toList();
    return mayCommit(who, new Txn(conditions, puts(values)));
  }

  private static List<Txn.Write> puts(Map<String, ? extends Message> values) {
    return values.entrySet().stream()
        .<Txn.Write>map(one -> new Txn.Write.Put(one.getKey(), one.getValue().toByteString()))
        .toList();
  }

  private boolean mayCommit(CertifiedNode who, Txn txn) {
    return Permissions.commit(who, txn, state::get).isEmpty();
  }

  @Provide
  static Arbitrary<String> keys() {
    var places =
        Arbitraries.of(
            Keys.WORKLOADS,
            Keys.REVISIONS,
            Keys.ASSIGNMENTS,
            Keys.NODE_ASSIGNMENTS,
            Keys.NODE_VOLUMES,
            Keys.CONTENTS,
            Keys.PLACES,
            Keys.USERS,
            Keys.VOLUMES,
            Keys.NODES,
            Keys.NAMES,
            Keys.EVENTS,
            Keys.TOKENS,
            "cluster/",
            "configs/",
            "secrets/",
            "removed/",
            "");
    var rest =
        Arbitraries.of("", "default/web", SELF, OTHER, SELF + "/x", "incarnation", "~", "\0");
    return places.flatMap(place -> rest.map(more -> place + more));
  }

  @Property
  void a_worker_reads_nothing_but_nodes_the_clusters_state_and_its_own_assignments(
      @ForAll("keys") String from, @ForAll("keys") String to, @ForAll("keys") String key) {
    boolean allowed = Permissions.range(WORKER, from, to, none -> null).isEmpty();

    boolean covered = key.compareTo(from) >= 0 && key.compareTo(to) < 0;
    if (allowed && covered) {
      assertThat(key)
          .matches(
              "(nodes|names)/.*|node-(assignments|volumes)/"
                  + SELF
                  + "/.*|cluster/(incarnation|downs|meta)\0?");
    }
    assertThat(Permissions.range(SERVER, from, to, none -> null)).isEmpty();
    assertThat(Permissions.range(WITNESS, from, to, none -> null)).isEmpty();
  }

  @Property
  void a_worker_watches_nothing_that_it_may_not_read(
      @ForAll("keys") String prefix, @ForAll("keys") String key) {
    if (key.startsWith(prefix) && Permissions.watch(WORKER, prefix).isEmpty()) {
      assertThat(key)
          .matches(
              "nodes/.*|node-(assignments|volumes)/"
                  + SELF
                  + "/.*|cluster/(incarnation|downs|meta).*");
    }
  }

  @Property
  void a_worker_deletes_nothing_and_writes_nothing_that_cannot_be_read(@ForAll("keys") String key) {
    var garbage = new Txn.Write.Put(key, ByteString.copyFromUtf8("\u00ff garbage"));

    for (var who : List.of(WORKER, WITNESS)) {
      assertThat(mayCommit(who, new Txn(List.of(), List.of(new Txn.Write.Delete(key))))).isFalse();
      assertThat(mayCommit(who, new Txn(List.of(), List.of(garbage)))).isFalse();
    }
  }

  @Test
  void a_worker_says_of_deleted_volumes_of_its_own_that_they_are_gone_and_of_no_others() {
    var kept = Keys.nodeVolume(SELF, "default", "data", "db-0");
    var deleted = Keys.nodeVolume(SELF, "default", "data", "db-1");
    var others = Keys.nodeVolume(OTHER, "default", "data", "db-2");
    holds(kept, StoredPlace.getDefaultInstance());
    holds(deleted, StoredPlace.newBuilder().setDeletedAt(5).build());
    holds(others, StoredPlace.newBuilder().setDeletedAt(5).build());

    assertThat(mayDelete(WORKER, kept, 7)).isFalse();
    assertThat(mayDelete(WORKER, deleted, 7)).isTrue();
    assertThat(mayDelete(WORKER, deleted, 6)).isFalse();
    assertThat(mayDelete(WORKER, others, 7)).isFalse();
    assertThat(mayDelete(WITNESS, deleted, 7)).isFalse();
  }

  private boolean mayDelete(CertifiedNode who, String key, long modIndex) {
    return mayCommit(
        who,
        new Txn(
            List.of(new Txn.Condition.ChangedAt(key, modIndex)),
            List.of(new Txn.Write.Delete(key))));
  }

  @Test
  void what_instances_see_is_told_to_who_runs_them_and_to_servers() {
    var own = Keys.assignment("default", "web", "web-0-a");
    var others = Keys.assignment("default", "web", "web-1-b");
    holds(own, StoredAssignment.newBuilder().setNodeUid(SELF).build());
    holds(others, StoredAssignment.newBuilder().setNodeUid(OTHER).build());

    assertThat(mayBeTold(WORKER, own)).isTrue();
    assertThat(mayBeTold(WORKER, others)).isFalse();
    assertThat(mayBeTold(WORKER, Keys.assignment("default", "web", "none"))).isFalse();
    assertThat(mayBeTold(WITNESS, own)).isFalse();
    assertThat(mayBeTold(SERVER, others)).isTrue();
  }

  private boolean mayBeTold(CertifiedNode who, String assignment) {
    return Permissions.contents(who, assignment, state::get).isEmpty();
  }

  @Test
  void keys_of_secrets_go_to_servers_alone() {
    assertThat(Permissions.keys(SERVER)).isEmpty();
    assertThat(Permissions.keys(WORKER)).isPresent();
    assertThat(Permissions.keys(WITNESS)).isPresent();
  }

  @Test
  void what_a_node_does_is_allowed() {
    var own = record(SELF).addRoles("worker").build();
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), own))).isTrue();
    holds(Keys.node(SELF), own.toBuilder().setScheduling(NodeScheduling.CORDONED).build());
    assertThat(
            mayPut(
                WORKER,
                Map.of(
                    Keys.node(SELF),
                    own.toBuilder()
                        .setScheduling(NodeScheduling.CORDONED)
                        .setAwayUntil(9)
                        .build())))
        .isTrue();
    assertThat(
            mayPut(
                WORKER,
                Map.of(Keys.INCARNATION, StoredIncarnation.newBuilder().setNodeUid(SELF).build())))
        .isTrue();
    assertThat(mayRead(WORKER, RangeQuery.prefix(Keys.NODES))).isTrue();
    assertThat(mayRead(WORKER, RangeQuery.key(Keys.META))).isTrue();
    assertThat(mayRead(WORKER, RangeQuery.prefix(Keys.nodeAssignments(SELF)))).isTrue();
  }

  @Test
  void a_worker_makes_itself_no_server_and_uncordons_nobody() {
    holds(
        Keys.node(SELF),
        record(SELF).addRoles("worker").setScheduling(NodeScheduling.CORDONED).build());

    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), record(SELF).addRoles("server").build())))
        .isFalse();
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), record(SELF).addRoles("worker").build())))
        .isFalse();
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), record(OTHER).build()))).isFalse();
    assertThat(mayPut(WORKER, Map.of(Keys.node(OTHER), record(OTHER).build()))).isFalse();
  }

  @Test
  void a_node_says_of_itself_that_it_is_where_its_certificate_says_and_nowhere_else() {
    var own = record(SELF).build();
    for (var who : List.of(WORKER, WITNESS)) {
      for (var address : List.of("", "https://10.0.0.1:7400", "https://10.0.0.1:9000")) {
        assertThat(mayPut(who, Map.of(Keys.node(SELF), at(own, address)))).as(address).isTrue();
      }
      for (var address :
          List.of("http://127.0.0.1:8080", "https://127.0.0.1:7400", "https://10.0.0.2:7400")) {
        assertThat(mayPut(who, Map.of(Keys.node(SELF), at(own, address)))).as(address).isFalse();
      }
    }
    var stray = new Txn.Write.Put(Keys.node(SELF), at(own, "http://127.0.0.1:8080").toByteString());

    var refusal =
        Permissions.commit(
            WORKER,
            new Txn(List.of(new Txn.Condition.Absent(Keys.node(SELF))), List.of(stray)),
            state::get);

    assertThat(refusal)
        .hasValueSatisfying(
            words -> assertThat(words).contains("http://127.0.0.1:8080", "10.0.0.1", "--bind"));
  }

  private static StoredNode at(StoredNode node, String address) {
    return node.toBuilder().setAddress(address).build();
  }

  @Test
  void a_worker_and_a_witness_take_a_name_that_is_free_along_with_their_record() {
    var own = record(SELF).setName("n4").build();
    var mine = StoredName.newBuilder().setNodeUid(SELF).build();
    var name = Keys.name("n4");
    for (var who : List.of(WORKER, WITNESS)) {
      assertThat(mayPut(who, Map.of(name, mine, Keys.node(SELF), own))).isTrue();
      assertThat(mayPut(who, Map.of(name, mine))).as("alone").isFalse();
      assertThat(mayPut(who, Map.of(Keys.name("n5"), mine, Keys.node(SELF), own)))
          .as("which its record does not say")
          .isFalse();
      assertThat(
              mayPut(
                  who,
                  Map.of(
                      name,
                      StoredName.newBuilder().setNodeUid(OTHER).build(),
                      Keys.node(SELF),
                      own)))
          .as("for another")
          .isFalse();
    }

    holds(name, StoredName.newBuilder().setNodeUid(OTHER).build());
    holds(Keys.node(OTHER), record(OTHER).setName("n4").build());
    assertThat(mayPut(WORKER, Map.of(name, mine, Keys.node(SELF), own))).isFalse();
    holds(Keys.node(OTHER), record(OTHER).setName("n4").setRemovedAt(1).build());
    assertThat(mayPut(WORKER, Map.of(name, mine, Keys.node(SELF), own))).isTrue();
    assertThat(
            mayCommit(WORKER, new Txn(List.of(), puts(Map.of(name, mine, Keys.node(SELF), own)))))
        .as("over whoever took it meanwhile")
        .isFalse();
  }

  @Test
  void a_worker_drains_itself_as_its_machine_goes_and_opens_only_what_it_closed() {
    var open = record(SELF).addRoles("worker").build();
    var leaving =
        open.toBuilder()
            .setScheduling(NodeScheduling.DRAINING)
            .setDrainUntil(9)
            .setLeaving(true)
            .build();
    holds(Keys.node(SELF), open);
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), leaving))).isTrue();

    holds(Keys.node(SELF), leaving);
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), open))).isTrue();

    holds(Keys.node(SELF), leaving.toBuilder().setLeaving(false).build());
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), open))).isFalse();
    assertThat(mayPut(WORKER, Map.of(Keys.node(SELF), leaving))).isFalse();
  }

  @Test
  void a_worker_declares_others_dead_only_in_its_own_name_and_as_they_are() {
    holds(Keys.node(SELF), record(SELF).build());
    holds(Keys.node(OTHER), record(OTHER).setName("n2").build());
    var dead = record(OTHER).setName("n2").setPhase(NodePhase.NODE_DOWN).build();
    var mine = StoredDowns.newBuilder().addDowns(StoredDown.newBuilder().setBy("member-" + SELF));
    var forged = StoredDowns.newBuilder().addDowns(StoredDown.newBuilder().setBy("somebody"));

    assertThat(mayPut(WORKER, Map.of(Keys.DOWNS, mine.build(), Keys.node(OTHER), dead))).isTrue();
    assertThat(mayPut(WITNESS, Map.of(Keys.DOWNS, mine.build(), Keys.node(OTHER), dead))).isFalse();
    assertThat(mayPut(WORKER, Map.of(Keys.DOWNS, forged.build()))).isFalse();
    assertThat(mayPut(WORKER, Map.of(Keys.node(OTHER), dead))).isFalse();
    assertThat(
            mayPut(
                WORKER,
                Map.of(
                    Keys.DOWNS,
                    mine.build(),
                    Keys.node(OTHER),
                    dead.toBuilder().setName("evil").build())))
        .isFalse();
    assertThat(
            mayCommit(
                WORKER,
                new Txn(List.of(), puts(Map.of(Keys.DOWNS, mine.build(), Keys.node(OTHER), dead)))))
        .as("over whatever was written meanwhile")
        .isFalse();
  }

  @Test
  void an_assignment_is_read_by_the_node_that_has_it() {
    var key = Keys.assignment("shop", "web", "web-1");
    holds(key, StoredAssignment.newBuilder().setNodeUid(SELF).build());
    var foreign = Keys.assignment("shop", "web", "web-2");
    holds(foreign, StoredAssignment.newBuilder().setNodeUid(OTHER).build());

    assertThat(mayRead(WORKER, RangeQuery.key(key))).isTrue();
    assertThat(mayRead(WORKER, RangeQuery.key(foreign))).isFalse();
    assertThat(mayRead(WORKER, RangeQuery.prefix(Keys.assignments("shop", "web")))).isFalse();
  }

  @Test
  void a_worker_does_not_find_out_by_conditions_what_it_may_not_read() {
    var probe = new Txn(List.of(new Txn.Condition.Absent(Keys.token("admin"))), List.of());

    assertThat(mayCommit(WORKER, probe)).isFalse();
    assertThat(mayCommit(WITNESS, probe)).isTrue();
  }

  @Test
  void only_a_server_chooses_the_index_of_a_write() {
    var far = new Txn(List.of(), List.of(), Long.MAX_VALUE);

    assertThat(mayCommit(WORKER, far)).isFalse();
    assertThat(mayCommit(WITNESS, far)).isFalse();
    assertThat(mayCommit(SERVER, far)).isTrue();
  }

  @Test
  void nobody_but_a_server_renews_the_lease_of_another() {
    assertThat(Permissions.lease(WORKER, SELF)).isEmpty();
    assertThat(Permissions.lease(WORKER, OTHER)).isPresent();
    assertThat(Permissions.lease(SERVER, OTHER)).isEmpty();
  }

  @Test
  void only_those_who_keep_the_store_are_in_its_group_and_each_for_itself() {
    assertThat(Permissions.join(WORKER, SELF)).isPresent();
    assertThat(Permissions.join(WITNESS, SELF)).isEmpty();
    assertThat(Permissions.join(WITNESS, OTHER)).isPresent();
    assertThat(Permissions.remove(WORKER, OTHER)).isPresent();
    assertThat(Permissions.remove(SERVER, OTHER)).isEmpty();
  }
}
