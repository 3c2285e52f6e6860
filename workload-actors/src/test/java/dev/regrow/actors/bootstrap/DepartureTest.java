package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Scheduling;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DepartureTest {

  private static final String SELF = "self";
  private static final String OTHER = "other";
  private static final Duration LONG = Duration.ofMinutes(5);

  private final InMemoryStore store = new InMemoryStore();

  private static StoredNode.Builder node(String uid) {
    return StoredNode.newBuilder().setUid(uid).setName(uid).addRoles("worker");
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private void holds(String key, ByteString value) throws Exception {
    get(store.commit(new Txn(List.of(), List.of(new Txn.Write.Put(key, value)))));
  }

  private void isKnown(StoredNode.Builder node) throws Exception {
    holds(Keys.node(node.getUid()), node.build().toByteString());
  }

  private void isAssigned(String slot) throws Exception {
    holds(Keys.nodeAssignments(SELF) + "default/web/" + slot, ByteString.EMPTY);
  }

  private StoredNode self() throws Exception {
    return get(new Membership(store).nodes()).stream()
        .filter(node -> node.getUid().equals(SELF))
        .findFirst()
        .orElseThrow();
  }

  private CompletableFuture<String> departs() {
    return new Departure(SELF, store).within(LONG).toCompletableFuture();
  }

  @Test
  void a_node_with_nothing_on_it_goes_at_once_and_is_not_closed() throws Exception {
    isKnown(node(SELF));
    isKnown(node(OTHER));

    assertThat(get(departs())).isEqualTo("nothing runs here");
    assertThat(self().getScheduling()).isEqualTo(NodeScheduling.OPEN);
  }

  @Test
  void a_node_waits_for_nobody_where_nobody_else_takes_instances() throws Exception {
    isKnown(node(SELF));
    isKnown(node("down").setPhase(NodePhase.NODE_DOWN));
    isKnown(node("away").setAwayUntil(1));
    isKnown(node("cordoned").setScheduling(NodeScheduling.CORDONED));
    isKnown(node("removed").setRemovedAt(1));
    isKnown(node("witness").clearRoles().addRoles("witness"));
    isAssigned("web-0");

    assertThat(get(departs())).startsWith("no other node takes instances");
  }

  @Test
  void a_node_drains_until_nothing_is_left_and_is_opened_by_its_next_start() throws Exception {
    isKnown(node(SELF));
    isKnown(node(OTHER));
    isAssigned("web-0");
    var told = departs();
    while (self().getScheduling() != NodeScheduling.DRAINING) {
      Thread.onSpinWait();
    }
    assertThat(told).isNotDone();

    var gone = new Txn.Write.Delete(Keys.nodeAssignments(SELF) + "default/web/web-0");
    get(store.commit(new Txn(List.of(), List.of(gone))));

    assertThat(get(told)).isEqualTo("all that ran here was replaced elsewhere");
    assertThat(Scheduling.returned(self()).getScheduling()).isEqualTo(NodeScheduling.OPEN);
  }

  @Test
  void what_is_given_up_elsewhere_is_not_waited_for_here() throws Exception {
    isKnown(node(SELF));
    isKnown(node(OTHER));
    isAssigned("web-0");
    var told = departs();
    while (self().getScheduling() != NodeScheduling.DRAINING) {
      Thread.onSpinWait();
    }

    Optional<StoredNode> closed =
        get(
            new Membership(store)
                .change(SELF, node -> Scheduling.judged(node, false, Long.MAX_VALUE)));

    assertThat(closed).isPresent();
    assertThat(get(told)).isEqualTo("not all could go elsewhere in time (1 left)");
  }
}
