package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import dev.regrow.core.membership.Naming.Asker;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Removed;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.AssignmentLease;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredName;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredPlace;
import dev.regrow.v1.StoredWorkload;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamesTest {

  private static final String A = "aaaaaaaaaaaa";
  private static final String B = "bbbbbbbbbbbb";
  private static final String C = "cccccccccccc";
  private static final long NOW = 1_000_000;
  private static final StoreGroup NOBODY = new StoreGroup(1, List.of());

  private final InMemoryStore store = new InMemoryStore();
  private final Names names = new Names(store);
  private final List<String> letGo = new ArrayList<>();

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void a_join_under_a_living_nodes_name_is_refused_before_anything_is_written() {
    register(A, "n3");
    long index = store.appliedIndex();

    assertThatThrownBy(() -> claim(B, "n3"))
        .hasCauseInstanceOf(MembershipRefused.class)
        .hasMessageContaining("a node called n3 at https://aaaaaaaaaaaa:7400 is up already");

    assertThat(store.appliedIndex()).isEqualTo(index);
  }

  @Test
  void a_wiped_machine_takes_its_name_back_and_its_former_self_is_out_for_good() {
    register(A, "n3");
    isDown(A);
    claim(B, "n3");
    register(B, "n3");

    var former = node(A).orElseThrow();
    assertThat(former.getRemovedAt()).isEqualTo(NOW);
    assertThat(Removed.words(value(Keys.removed(A)).orElseThrow().value()))
        .contains("node n3 (" + A + ")", "as it was down and " + B + " came in under its name");
    assertThat(holders("n3")).containsExactly(B);
    assertThat(new Removals(store).forget(A, Duration.ZERO).toCompletableFuture().join()).isTrue();
    assertThat(node(A)).isEmpty();
  }

  @Test
  void its_server_of_the_store_goes_first_and_nothing_is_taken_where_that_is_refused() {
    register(A, "n3");
    isDown(A);
    var group =
        new StoreGroup(
            1, List.of(new StoreGroup.Member("p", A, "a:1", false, true, false, 0, 9_000)));

    assertThatThrownBy(
            () ->
                names
                    .claim(
                        asker(B, "n3"),
                        group,
                        uid ->
                            CompletableFuture.failedStage(
                                new MembershipRefused("writing would stop")),
                        NOW)
                    .toCompletableFuture()
                    .join())
        .hasMessageContaining("writing would stop");
    assertThat(node(A).orElseThrow().getRemovedAt()).isZero();

    names
        .claim(
            asker(B, "n3"),
            group,
            uid -> {
              letGo.add(uid);
              return CompletableFuture.completedStage(NOBODY);
            },
            NOW)
        .toCompletableFuture()
        .join();
    assertThat(letGo).containsExactly(A);
  }

  @Test
  void one_that_has_data_is_not_taken_for_lost() {
    register(A, "n3");
    isDown(A);
    put(
        Keys.nodeVolume(A, "default", "data", "db-0"),
        StoredPlace.newBuilder().setNodeUid(A).build());

    assertThatThrownBy(() -> claim(B, "n3"))
        .hasCauseInstanceOf(MembershipRefused.class)
        .hasMessageContaining("default/data/db-0")
        .hasMessageContaining("node-ctl remove --force n3");
    assertThat(node(A).orElseThrow().getRemovedAt()).isZero();
  }

  @Test
  void what_must_not_run_twice_keeps_the_name_only_where_no_lease_ends_it() {
    register(A, "n3");
    isDown(A);
    put(
        Keys.workload("default", "one"),
        StoredWorkload.newBuilder().setDeclared(Workload.newBuilder().setExclusive(true)).build());
    assigned("one", AssignmentLease.LEASE_NONE);

    assertThatThrownBy(() -> claim(B, "n3"))
        .hasMessageContaining("may still run default/one-0, exclusive and started without a lease");
    assigned("one", AssignmentLease.LEASE_GIVEN_UP);
    claim(B, "n3");

    assertThat(node(A).orElseThrow().getRemovedAt()).isEqualTo(NOW);
  }

  @Test
  void of_two_that_come_in_at_once_one_has_the_name() {
    claim(A, "n4");

    assertThatThrownBy(() -> claim(B, "n4")).hasMessageContaining("just coming in");
    register(A, "n4");
    assertThatThrownBy(() -> register(B, "n4")).hasMessageContaining("is up already");
    assertThat(holders("n4")).containsExactly(A);
  }

  @Test
  void who_was_let_in_long_ago_and_comes_second_is_refused_by_its_own_registration() {
    claim(A, "n4");
    long later = NOW + Naming.KEPT.toMillis();
    names.claim(asker(B, "n4"), NOBODY, this::none, later).toCompletableFuture().join();

    assertThatThrownBy(
            () ->
                names.register(asker(A, "n4"), describe("n4"), later).toCompletableFuture().join())
        .hasCauseInstanceOf(MembershipRefused.class)
        .hasMessageContaining("--name");
    register(B, "n4");
    assertThat(holders("n4")).containsExactly(B);
  }

  @Test
  void a_node_that_calls_itself_otherwise_takes_no_others_name_and_leaves_its_own() {
    register(A, "n1");
    register(B, "n2");

    assertThatThrownBy(() -> register(B, "n1")).hasMessageContaining("is up already");
    register(B, "n3");
    register(C, "n2");

    assertThat(holders("n2")).containsExactly(C);
  }

  @Test
  void two_of_one_name_from_before_names_were_kept_both_start_again() {
    put(Keys.node(A), record(A, "n1"));
    put(Keys.node(B), record(B, "n1"));

    register(A, "n1");
    register(B, "n1");

    assertThat(holders("n1")).containsExactlyInAnyOrder(A, B);
    assertThatThrownBy(() -> claim(C, "n1")).hasMessageContaining("is up already");
  }

  @Test
  void a_worker_registers_where_servers_of_an_older_release_show_it_no_names() {
    var denying = new Names(new Denying(store));

    denying.register(asker(A, "n4"), describe("n4"), NOW).toCompletableFuture().join();

    assertThat(holders("n4")).containsExactly(A);
    assertThat(value(Keys.name("n4"))).isEmpty();
    assertThatThrownBy(
            () ->
                denying.register(asker(B, "n4"), describe("n4"), NOW).toCompletableFuture().join())
        .hasCauseInstanceOf(MembershipRefused.class);
  }

  @Test
  void a_removed_node_leaves_its_name() throws Exception {
    register(A, "n3");
    assertThat(StoredName.parseFrom(value(Keys.name("n3")).orElseThrow().value()).getNodeUid())
        .isEqualTo(A);

    new Removals(store).remove(A, true, NOW).toCompletableFuture().join();

    assertThat(value(Keys.name("n3"))).isEmpty();
    claim(B, "n3");
  }

  @Property(tries = 300)
  void whatever_happens_no_two_nodes_have_one_name(
      @ForAll @Size(max = 30) List<@IntRange(min = 0, max = 29) Integer> script) {
    try (var fresh = new InMemoryStore()) {
      var here = new Names(fresh);
      for (int step : script) {
        var uid = List.of(A, B, C).get(step % 3);
        var name = step / 3 % 2 == 0 ? "n1" : "n2";
        try {
          step(fresh, here, step / 6, asker(uid, name));
        } catch (CompletionException refused) {
          assertThat(refused).hasCauseInstanceOf(MembershipRefused.class);
        }
        var seen = new HashSet<String>();
        for (var node : new Membership(fresh).nodes().toCompletableFuture().join()) {
          if (node.getRemovedAt() == 0 && !node.getName().isEmpty()) {
            assertThat(seen.add(node.getName())).as("%s after %s", node, script).isTrue();
          }
        }
      }
    }
  }

  private void step(Store fresh, Names here, int kind, Asker asker) {
    var membership = new Membership(fresh);
    CompletionStage<?> done =
        switch (kind) {
          case 0 -> here.claim(asker, NOBODY, this::none, NOW);
          case 1, 2 -> here.register(asker, describe(asker.name()), NOW);
          case 3 ->
              membership.change(
                  asker.uid(), node -> node.toBuilder().setPhase(NodePhase.NODE_DOWN).build());
          default -> new Removals(fresh).remove(asker.uid(), true, NOW);
        };
    done.toCompletableFuture().join();
  }

  private CompletionStage<StoreGroup> none(String uid) {
    throw new AssertionError(uid + " has no server");
  }

  private void claim(String uid, String name) {
    names.claim(asker(uid, name), NOBODY, this::none, NOW).toCompletableFuture().join();
  }

  private void register(String uid, String name) {
    names.register(asker(uid, name), describe(name), NOW).toCompletableFuture().join();
  }

  private static java.util.function.UnaryOperator<StoredNode> describe(String name) {
    return before -> before.getRemovedAt() > 0 ? before : record(before.getUid(), name);
  }

  private static Asker asker(String uid, String name) {
    return new Asker(uid, name, uid);
  }

  private static StoredNode record(String uid, String name) {
    return StoredNode.newBuilder()
        .setUid(uid)
        .setName(name)
        .setAddress("https://" + uid + ":7400")
        .setMember("member-" + uid)
        .setPhase(NodePhase.NODE_READY)
        .build();
  }

  private void isDown(String uid) {
    new Membership(store)
        .change(uid, node -> node.toBuilder().setPhase(NodePhase.NODE_DOWN).build())
        .toCompletableFuture()
        .join();
  }

  private void assigned(String workload, AssignmentLease lease) {
    var id = workload + "-0-x";
    put(
        Keys.assignment("default", workload, id),
        StoredAssignment.newBuilder().setSlot(workload + "-0").setLease(lease).build());
    put(Keys.nodeAssignment(A, "default", workload, id), StoredNode.getDefaultInstance());
  }

  private void put(String key, Message value) {
    var write = new Txn.Write.Put(key, value.toByteString());
    store.commit(new Txn(List.of(), List.of(write))).toCompletableFuture().join();
  }

  private List<String> holders(String name) {
    return new Membership(store)
        .nodes().toCompletableFuture().join().stream()
            .filter(node -> node.getName().equals(name) && node.getRemovedAt() == 0)
            .map(StoredNode::getUid)
            .toList();
  }

  private Optional<StoredNode> node(String uid) {
    return value(Keys.node(uid))
        .map(entry -> Membership.parse(StoredNode.parser(), entry.key(), entry.value()));
  }

  private Optional<Entry> value(String key) {
    return store.range(RangeQuery.key(key)).toCompletableFuture().join().entries().stream()
        .findFirst();
  }

  /** As a worker sees a server of a release that keeps no names. */
  private static final class Denying extends ForwardingStore {
    Denying(Store store) {
      super(store);
    }

    @Override
    public CompletionStage<RangeResult> range(RangeQuery query) {
      return query.from().startsWith(Keys.NAMES)
          ? CompletableFuture.failedFuture(
              new StoreException(StoreException.Kind.DENIED, "may not read names/…"))
          : super.range(query);
    }

    @Override
    public CompletionStage<TxnResult> commit(Txn txn) {
      assertThat(txn.writes()).noneMatch(write -> write.key().startsWith(Keys.NAMES));
      assertThat(txn.conditions()).noneMatch(each -> each.key().startsWith(Keys.NAMES));
      return super.commit(txn);
    }
  }
}
