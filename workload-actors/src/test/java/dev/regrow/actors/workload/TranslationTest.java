package dev.regrow.actors.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Target;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Assignment.Lease;
import dev.regrow.core.model.Declared;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Opaque;
import dev.regrow.core.model.Revision;
import dev.regrow.v1.DisconnectPolicy;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TranslationTest {

  private static final Declared PLAIN = declared(UnaryOperator.identity());
  private static final Declared EXCLUSIVE = declared(workload -> workload.setExclusive(true));
  private static final Declared STOPPED =
      declared(
          workload -> workload.setDisconnect(DisconnectPolicy.newBuilder().setStopAfter(300_000)));

  @Test
  void an_instance_is_ordered_with_the_lease_that_it_was_placed_with() {
    var exclusive = assignment(Lease.HELD, 8_000);
    var stopped = assignment(Lease.HELD, 300_000);
    var plain = assignment(Lease.NONE, 0);

    for (var now : List.of(PLAIN, EXCLUSIVE, STOPPED)) {
      assertThat(ordered(exclusive, now).exclusive()).isTrue();
      assertThat(ordered(exclusive, now).stopAfterMillis()).isZero();
      assertThat(ordered(stopped, now).stopAfterMillis()).isEqualTo(300_000);
      assertThat(ordered(stopped, now).exclusive()).isFalse();
      assertThat(ordered(plain, now).exclusive()).isFalse();
      assertThat(ordered(plain, now).stopAfterMillis()).isZero();
    }
  }

  @Test
  void one_of_an_unknown_lease_gets_what_is_declared_now_and_never_none() {
    var old = assignment(Lease.HELD, 0);

    assertThat(ordered(old, STOPPED).stopAfterMillis()).isEqualTo(300_000);
    assertThat(ordered(old, STOPPED).exclusive()).isFalse();
    assertThat(ordered(old, EXCLUSIVE).exclusive()).isTrue();
    assertThat(ordered(old, PLAIN).exclusive()).isTrue();
  }

  private static NodeOrder.Run ordered(Assignment assignment, Declared now) {
    var workload =
        new dev.regrow.core.model.Workload(
            "default",
            "web",
            "uid-1",
            1,
            now.policy(),
            now.rest(),
            new dev.regrow.core.model.Workload.Rollout(1, 1, 0, 0, 0, 0),
            0,
            0,
            1,
            7,
            now.schemaVersion(),
            7,
            Opaque.EMPTY,
            new TreeMap<>(),
            List.of());
    var revision = new Revision(1, now.template(), 0, "apply", now.schemaVersion(), Opaque.EMPTY);
    var target = Target.of(assignment, workload.uid());
    return Translation.run(
        workload, new Effect.SendRun(target, assignment, revision, workload.policy()));
  }

  private static Assignment assignment(Lease lease, long leaseMillis) {
    return new Assignment(
        new InstanceId("web-1"),
        0,
        1,
        0,
        new NodeRef("uid-n1", "n1"),
        Assignment.Intent.RUN,
        "placed",
        0,
        lease,
        leaseMillis,
        null,
        7,
        Opaque.EMPTY);
  }

  private static Declared declared(UnaryOperator<Workload.Builder> more) {
    var plain =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace("default")
            .setName("web")
            .setInstance(
                InstanceTemplate.newBuilder().addCommand("serve").setNetwork(Network.NONE));
    return DeclaredCodec.declared(more.apply(plain).build(), new TreeMap<>(), "");
  }
}
