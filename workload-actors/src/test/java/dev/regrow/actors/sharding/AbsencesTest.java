package dev.regrow.actors.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.membership.Absence;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AbsencesTest {

  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long NOW = 1_000 * HOUR;

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

  @Test
  void an_absence_ends_in_time_though_the_clock_of_the_node_was_ahead() throws Exception {
    absences.judge(announced("n2", Duration.ofMillis(1), NOW + HOUR));

    var after = next();
    assertThat(after.getPhase()).isEqualTo(NodePhase.NODE_DOWN);
    assertThat(Absence.leftMillis(after, NOW)).isZero();
  }

  @Test
  void an_absence_counts_though_the_clock_of_the_node_was_behind() throws Exception {
    absences.judge(announced("n2", Duration.ofMinutes(2), NOW - HOUR));
    absences.judge(announced("n3", Duration.ofMillis(1), NOW - HOUR));

    assertThat(next().getUid()).isEqualTo("n3");
    assertThat(written).isEmpty();
  }

  /** As earlier releases say it. */
  private StoredNode register(long awayUntil) throws Exception {
    return register("n2", node -> node.toBuilder().setAwayUntil(awayUntil).build());
  }

  private StoredNode announced(String uid, Duration away, long itsNow) throws Exception {
    return register(uid, node -> Absence.announced(node, away, itsNow));
  }

  private StoredNode register(String uid, UnaryOperator<StoredNode> change) throws Exception {
    var node =
        membership
            .register(
                uid,
                before -> change.apply(before.toBuilder().setPhase(NodePhase.NODE_READY).build()))
            .toCompletableFuture()
            .get(5, TimeUnit.SECONDS);
    assertThat(next()).isEqualTo(node);
    return node;
  }

  private StoredNode next() throws InterruptedException {
    var node = written.poll(5, TimeUnit.SECONDS);
    assertThat(node).as("the node's next record").isNotNull();
    return node;
  }
}
