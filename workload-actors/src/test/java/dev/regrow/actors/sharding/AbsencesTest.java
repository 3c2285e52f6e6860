package dev.regrow.actors.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AbsencesTest {

  private static final long NOW = 1_000_000;

  private final InMemoryStore store = new InMemoryStore();
  private final Membership membership = new Membership(store);
  private final Absences absences = new Absences(membership, () -> NOW);
  private final LinkedBlockingQueue<StoredNode> written = new LinkedBlockingQueue<>();
  private final Store.Watch watch =
      store.watch(
          Keys.NODES,
          0,
          new WatchListener() {
            @Override
            public void onChanges(long index, List<Change> changes) {
              for (var change : changes) {
                try {
                  written.add(StoredNode.parseFrom(Objects.requireNonNull(change.after()).value()));
                } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                  throw new IllegalStateException(e);
                }
              }
            }

            @Override
            public void onGone(long oldestIndex) {}
          });

  @AfterEach
  void close() {
    watch.close();
    store.close();
  }

  @Test
  void a_node_that_is_not_back_in_time_is_down() throws Exception {
    var away = register(NOW - 1);

    absences.judge(away);

    assertThat(next().getPhase()).isEqualTo(NodePhase.NODE_DOWN);
  }

  @Test
  void a_node_that_is_back_in_time_is_not() throws Exception {
    var away = register(NOW - 1);
    register(0);

    absences.judge(away);
    absences.judge(register(NOW - 2)); // Another absence, which ends as announced too.

    var after = next();
    assertThat(after.getPhase()).isEqualTo(NodePhase.NODE_DOWN);
    assertThat(written).isEmpty();
  }

  @Test
  void a_node_that_is_awaited_still_is_not_down() throws Exception {
    absences.judge(register(NOW + TimeUnit.DAYS.toMillis(1)));
    absences.judge(register(0));

    assertThat(written).isEmpty();
  }

  private StoredNode register(long awayUntil) throws Exception {
    var node =
        membership
            .register(
                "n2",
                before ->
                    before.toBuilder()
                        .setPhase(NodePhase.NODE_READY)
                        .setAwayUntil(awayUntil)
                        .build())
            .toCompletableFuture()
            .get(5, TimeUnit.SECONDS);
    assertThat(next().getAwayUntil()).isEqualTo(awayUntil);
    return node;
  }

  private StoredNode next() throws InterruptedException {
    var node = written.poll(5, TimeUnit.SECONDS);
    assertThat(node).as("the node's next record").isNotNull();
    return node;
  }
}
