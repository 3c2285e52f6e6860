package dev.regrow.actors.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.SimpleNode;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One entity on a clock that only the test moves. */
class WorkloadEntityTest {

  private ActorTestKit kit;
  private ManualTime time;
  private InMemoryStore store;
  private SimpleNode node;
  private Surroundings around;
  private TestProbe<ClusterSharding.ShardCommand> shard;
  private TestProbe<WorkloadReply> replies;
  private final AtomicLong boot = new AtomicLong(1_000);

  @BeforeEach
  void start() {
    kit = ActorTestKit.create(ManualTime.config());
    time = ManualTime.get(kit.system());
    store = new InMemoryStore();
    node = new SimpleNode();
    var board = new Board(this::now);
    around = new Surroundings(store, board, node, this::now);
    shard = kit.createTestProbe();
    replies = kit.createTestProbe();
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    store.close();
  }

  @Test
  void an_apply_is_answered_and_ordered_after_one_commit() throws Exception {
    var entity = entity();

    entity.tell(apply("v1"));

    var done = replies.expectMessageClass(WorkloadReply.Done.class);
    assertThat(done.outcome()).isEqualTo("CREATED");
    var run = (NodeOrder.Run) order();
    assertThat(run.assignment().epoch()).isEqualTo(done.workload().getIndex());
    assertThat(run.template().getCommand(0)).isEqualTo("v1");
  }

  @Test
  void an_order_that_nobody_answers_is_given_again() throws Exception {
    node.ordersToLose.set(2);
    entity().tell(apply("v1"));
    replies.expectMessageClass(WorkloadReply.Done.class);
    var first = order();

    passes(Duration.ofSeconds(1));
    var second = order();
    passes(Duration.ofSeconds(2));

    assertThat(second).isEqualTo(first);
    assertThat(order()).isEqualTo(first);
  }

  @Test
  void at_peace_it_asks_to_be_let_go_and_not_before() throws Exception {
    var entity = entity();
    entity.tell(apply("v1"));
    replies.expectMessageClass(WorkloadReply.Done.class);
    order();
    shard.expectNoMessage(Duration.ofMillis(100));

    passes(Duration.ofSeconds(2));
    passes(Duration.ofSeconds(31));

    shard.expectMessageClass(ClusterSharding.Passivate.class);
  }

  @Test
  void a_node_that_is_back_counts_again_though_a_workload_without_anything_there_is_not_told()
      throws Exception {
    around.board().lost(SimpleNode.UID, true);
    var entity = entity();
    entity.tell(apply("v1"));
    var created = replies.expectMessageClass(WorkloadReply.Done.class);

    around.board().lost(SimpleNode.UID, false);
    entity.tell(new WorkloadCommand.Wake());

    var run = (NodeOrder.Run) order();
    assertThat(created.workload().getStatus().getReady()).isZero();
    passes(Duration.ofSeconds(31));
    shard.expectMessageClass(ClusterSharding.Passivate.class);
    assertThat(node.running("default")).containsExactly(run.assignment().instanceId());
    assertThat(node.orders).as("orders for what was given up and placed anew").isEmpty();
  }

  @Test
  void a_stale_twin_overwrites_nothing_and_still_answers() throws Exception {
    var entity = entity();
    var twin = entity();
    entity.tell(apply("v1"));
    replies.expectMessageClass(WorkloadReply.Done.class);
    order();

    twin.tell(apply("v2"));

    var done = replies.expectMessageClass(WorkloadReply.Done.class);
    assertThat(done.outcome()).isEqualTo("CHANGED");
    assertThat(done.workload().getRevision()).isEqualTo(2);
  }

  @Test
  void a_stale_twin_calls_nothing_unchanged_that_was_changed_meanwhile() throws Exception {
    var entity = entity();
    var twin = entity();
    entity.tell(apply("v1"));
    replies.expectMessageClass(WorkloadReply.Done.class);
    order();
    twin.tell(apply("v1"));
    assertThat(replies.expectMessageClass(WorkloadReply.Done.class).outcome())
        .isEqualTo("UNCHANGED");
    entity.tell(apply("v2"));
    replies.expectMessageClass(WorkloadReply.Done.class);

    twin.tell(apply("v1"));

    var done = replies.expectMessageClass(WorkloadReply.Done.class);
    assertThat(done.outcome()).isEqualTo("CHANGED");
    assertThat(done.workload().getRevision()).isEqualTo(3);
  }

  @Test
  void while_the_store_refuses_changes_are_declined_with_the_cause() {
    var entity = entity();
    store.refuseWrites(StoreException.Kind.NO_MAJORITY);

    entity.tell(apply("v1"));
    var declined = replies.expectMessageClass(WorkloadReply.Declined.class);
    store.acceptWrites();
    entity.tell(apply("v1"));

    assertThat(declined.why()).isEqualTo("UNAVAILABLE");
    assertThat(declined.message()).isNotBlank();
    replies.expectMessageClass(WorkloadReply.Done.class);
  }

  @Test
  void a_request_that_comes_twice_is_carried_out_once_and_answered_each_time() throws Exception {
    var entity = entity();

    entity.tell(apply("v1", 7, 0));
    var first = replies.expectMessageClass(WorkloadReply.Done.class);
    entity.tell(apply("v1", 7, 1));
    var again = replies.expectMessageClass(WorkloadReply.Done.class);

    assertThat(again).isEqualTo(first);
    assertThat(first.outcome()).isEqualTo("CREATED");
  }

  @Test
  void a_request_that_waits_already_is_not_queued_again() throws Exception {
    store.delayReplies(Duration.ofMillis(300));
    var entity = entity();
    entity.tell(apply("v1", 7, 0));

    entity.tell(restart(8, 0));
    entity.tell(restart(8, 1));
    entity.tell(restart(8, 1));

    replies.expectMessageClass(WorkloadReply.Done.class);
    replies.expectMessageClass(WorkloadReply.Done.class);
    replies.expectNoMessage(Duration.ofMillis(500));
  }

  @Test
  void the_next_entity_knows_what_the_one_before_had_done_and_could_not_say() throws Exception {
    entity().tell(apply("v1", 7, 0));
    var lost = replies.expectMessageClass(WorkloadReply.Done.class);

    entity().tell(apply("v1", 7, 1));

    var again = replies.expectMessageClass(WorkloadReply.Done.class);
    assertThat(again.outcome()).isEqualTo("CREATED");
    assertThat(again.workload().getIndex()).isEqualTo(lost.workload().getIndex());
  }

  @Test
  void what_the_store_refuses_is_not_called_undone_when_it_came_before() {
    store.refuseWrites(StoreException.Kind.NO_MAJORITY);

    entity().tell(apply("v1", 7, 0));
    var first = replies.expectMessageClass(WorkloadReply.Declined.class);
    entity().tell(apply("v1", 7, 1));
    var again = replies.expectMessageClass(WorkloadReply.Declined.class);

    assertThat(first.why()).isEqualTo("UNAVAILABLE");
    assertThat(again.why()).isEqualTo("OUTCOME_UNKNOWN");
  }

  @Test
  void one_that_is_handed_off_answers_whoever_waits_before_it_ends() throws Exception {
    store.delayReplies(Duration.ofMillis(300));
    var entity = entity();
    entity.tell(apply("v1", 7, 0));
    entity.tell(restart(8, 0));

    entity.tell(WorkloadCommand.Goodbye.INSTANCE);

    assertThat(replies.expectMessageClass(WorkloadReply.Done.class).outcome()).isEqualTo("CREATED");
    assertThat(replies.expectMessageClass(WorkloadReply.Done.class).outcome()).isEqualTo("CHANGED");
    replies.expectTerminated(entity, Duration.ofSeconds(20));
  }

  @Test
  void one_that_is_handed_off_waits_for_the_store_no_longer_than_it_may() throws Exception {
    store.delayReplies(Duration.ofMinutes(1));
    var entity = entity();
    entity.tell(apply("v1", 7, 0));

    entity.tell(WorkloadCommand.Goodbye.INSTANCE);
    replies.expectNoMessage(Duration.ofMillis(100));
    passes(Duration.ofSeconds(2));

    replies.expectTerminated(entity, Duration.ofSeconds(20));
  }

  private WorkloadCommand restart(long number, long since) {
    return new WorkloadCommand.Restart(WorkloadCommand.NOTHING, replies.getRef(), number, since);
  }

  private ActorRef<WorkloadCommand> entity() {
    var entity = kit.spawn(WorkloadEntity.create("default/web", around, shard.getRef()));
    node.reportTo(new ToEntity(around.board(), entity));
    node.sum(1L << 40);
    return entity;
  }

  /** All facts go to one entity. */
  private record ToEntity(Board board, ActorRef<WorkloadCommand> entity) implements FactReceiver {
    @Override
    public void learn(NodeFact fact) {
      board.learn(fact);
    }

    @Override
    public void deliver(NodeFact fact) {
      entity.tell(new WorkloadCommand.Learn(fact));
    }

    @Override
    public CompletionStage<List<NodeOrder.Run>> assignmentsOf(String nodeUid) {
      return CompletableFuture.completedStage(List.of());
    }
  }

  private WorkloadCommand apply(String command) {
    return apply(command, 0, 0);
  }

  private WorkloadCommand apply(String command, long number, long since) {
    var declared =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace("default")
            .setName("web")
            .setInstance(InstanceTemplate.newBuilder().addCommand(command).setNetwork(Network.NONE))
            .build();
    return new WorkloadCommand.Apply(
        declared, "uid-1", WorkloadCommand.NOTHING, replies.getRef(), Map.of(), "", number, since);
  }

  private NodeOrder order() throws InterruptedException {
    var order = node.orders.poll(20, TimeUnit.SECONDS);
    assertThat(order).as("an order for the node").isNotNull();
    return order;
  }

  private void passes(Duration duration) {
    boot.addAndGet(duration.toMillis());
    time.timePasses(duration);
  }

  private Now now() {
    return new Now(boot.get(), 1_700_000_000_000L + boot.get());
  }
}
