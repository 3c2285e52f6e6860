package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.testing.SimpleNode;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a node that is to be emptied, and of what runs there. */
class DrainsTest extends ControlPlaneOfOne {

  @BeforeEach
  void record() throws Exception {
    get(
        new Membership(store)
            .register(SimpleNode.UID, stored -> stored.toBuilder().setName("n1").build()));
  }

  @Test
  void a_drain_with_no_room_elsewhere_says_what_blocks_gives_up_and_leaves_the_node_cordoned()
      throws Exception {
    get(plane.apply(web("v1").build(), Precondition.NONE));
    awaitReady(1);

    var begun = get(plane.drain("n1", Duration.ofSeconds(1)));
    assertThat(begun.getPhase()).isEqualTo(NodePhase.NODE_DRAINING);
    // That it is cordoned now is known a moment later than that the drain was given up.
    var blocked = namespace + "/web-0: node n1 is cordoned";
    var late =
        awaitNode(
            "n1",
            node ->
                node.getDrain().getGivenUp() && node.getDrain().getBlockedList().contains(blocked));

    assertThat(late.getPhase()).isEqualTo(NodePhase.NODE_CORDONED);
    assertThat(get(plane.workload(ref(), ReadPoint.LOCAL)).getStatus().getReady()).isEqualTo(1);
    get(plane.scale(ref(), 2, Precondition.NONE));
    awaitInstance(i -> i.getMessage().equals("node n1 is cordoned"));

    var open = get(plane.uncordon("n1"));

    assertThat(open.getPhase()).isEqualTo(NodePhase.NODE_READY);
    assertThat(open.hasDrain()).isFalse();
    awaitInstance(i -> i.getSlot().equals("web-1") && i.getReady());
    refused(Refusal.Kind.NOT_FOUND, () -> get(plane.cordon("n9")));
  }

  @Test
  void a_drained_node_on_which_nothing_is_left_is_done_at_once() throws Exception {
    get(
        new Membership(store)
            .register("node-2", stored -> stored.toBuilder().setName("n2").build()));

    get(plane.drain("n2", Duration.ofMinutes(1)));

    awaitNode("n2", node -> node.getDrain().getDone());
    get(store.commit(new Txn(List.of(), List.of(new Txn.Write.Delete(Keys.node("node-2"))))));
  }

  private Node awaitNode(String name, Predicate<Node> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      node.sum(1L << 40);
      var seen = get(plane.node(name, ReadPoint.LOCAL));
      if (wanted.test(seen)) {
        return seen;
      }
      assertThat(System.nanoTime()).as("last seen: %s", seen).isLessThan(deadline);
    }
  }

  private void awaitInstance(Predicate<Instance> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      var seen = get(plane.instances(ListQuery.of(ref()), ReadPoint.LOCAL)).items();
      if (seen.stream().anyMatch(wanted)) {
        return;
      }
      assertThat(System.nanoTime()).as("last seen: %s", seen).isLessThan(deadline);
    }
  }
}
