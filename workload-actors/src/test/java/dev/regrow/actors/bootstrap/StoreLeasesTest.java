package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.actors.agent.LeaseSource.Grant;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.v1.AssignmentIntent;
import dev.regrow.v1.AssignmentLease;
import dev.regrow.v1.StoredNodeAssignment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StoreLeasesTest {

  private final InMemoryStore store = new InMemoryStore();
  private final StoreLeases leases = new StoreLeases("node-1", () -> Optional.of(store));

  @Test
  void a_lease_covers_what_the_store_assigns_with_one_and_has_not_given_up() {
    long run = assign("run", AssignmentIntent.RUN, AssignmentLease.LEASE_HELD);
    long stop = assign("stop", AssignmentIntent.STOP, AssignmentLease.LEASE_HELD);
    assign("lost", AssignmentIntent.STOP, AssignmentLease.LEASE_GIVEN_UP);
    assign("shared", AssignmentIntent.RUN, AssignmentLease.LEASE_NONE);
    put("of-before-there-were-leases", ByteString.EMPTY);

    assertThat(leases.renew().toCompletableFuture().join())
        .containsExactlyInAnyOrder(
            new Grant(new InstanceKey("default", "web", "run"), run, true),
            new Grant(new InstanceKey("default", "web", "stop"), stop, false));
  }

  @Test
  void there_is_none_while_the_store_opens() {
    var opening = new StoreLeases("node-1", Optional::empty);

    assertThat(opening.renew().toCompletableFuture())
        .failsWithin(1, TimeUnit.SECONDS)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(StoreException.class);
  }

  private long assign(String instance, AssignmentIntent intent, AssignmentLease lease) {
    return put(
        instance,
        StoredNodeAssignment.newBuilder().setIntent(intent).setLease(lease).build().toByteString());
  }

  private long put(String instance, ByteString value) {
    var key = Keys.nodeAssignment("node-1", "default", "web", instance);
    store.commit(new Txn(List.of(), List.of(new Txn.Write.Put(key, value))));
    return store.appliedIndex();
  }
}
