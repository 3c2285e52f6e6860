package dev.regrow.chaos.simulation;

import dev.regrow.core.store.Call;
import dev.regrow.core.store.ChangeHistory;
import dev.regrow.core.store.Leases;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Replica;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The store's port as one node has it: its own replica, and the leader for whatever must be agreed
 * on. Repeats what gets no answer; calls are numbered, so that asking twice does it once.
 */
final class NodeStore implements Store, Leases {

  private static final long AGAIN = 400;
  private static final long NO_LEADER = 150;
  private static final long PATIENCE = 4_000;

  private final SimulatedNode node;
  private final Replica replica;
  private final List<Waiting> waiting = new ArrayList<>();
  private long number;

  private record Waiting(long index, Runnable then) {}

  /** Told in the order in which they began: the replica's own are told in any. */
  private final List<Watching> watches = new ArrayList<>();

  private static final class Watching {
    private final String prefix;
    private final WatchListener listener;
    private long last;

    Watching(String prefix, WatchListener listener, long last) {
      this.prefix = prefix;
      this.listener = listener;
      this.last = last;
    }

    void tell(long index, List<WatchListener.Change> changes) {
      last = index;
      var mine = changes.stream().filter(change -> change.key().startsWith(prefix)).toList();
      if (!mine.isEmpty()) {
        listener.onChanges(index, mine);
      }
    }
  }

  NodeStore(SimulatedNode node) {
    this.node = node;
    replica = new Replica(ChangeHistory.Bound.DEFAULT, task -> node.later(0, task));
  }

  Replica replica() {
    return replica;
  }

  TxnResult apply(Call call) {
    var result = replica.apply(List.of(call)).get(0);
    watches.forEach(one -> node.later(0, () -> drain(one)));
    if (!waiting.isEmpty()) {
      long now = replica.index();
      var due = waiting.stream().filter(one -> one.index() <= now).toList();
      waiting.removeAll(due);
      due.forEach(one -> one.then().run());
    }
    return result;
  }

  /**
   * Has the leader answer, wherever that is.
   *
   * @param question run at the leader; answers at most once, or never
   */
  private <T> CompletableFuture<T> ask(BiConsumer<SimulatedNode, Consumer<T>> question) {
    var answer = new CompletableFuture<T>();
    attempt(question, answer, node.cluster.stage.millis() + PATIENCE, new boolean[1]);
    return answer;
  }

  private <T> void attempt(
      BiConsumer<SimulatedNode, Consumer<T>> question,
      CompletableFuture<T> answer,
      long until,
      boolean[] sent) {
    if (answer.isDone()) {
      return;
    }
    if (node.cluster.stage.millis() >= until) {
      answer.completeExceptionally(
          new StoreException(
              sent[0] ? Kind.OUTCOME_UNKNOWN : Kind.NO_MAJORITY, "no answer of a leader in time"));
      return;
    }
    Peer leader = node.raft().leader();
    if (leader != null) {
      sent[0] = true;
      var cluster = node.cluster;
      cluster.network.send(
          node.number,
          leader.node(),
          () ->
              cluster
                  .nodes
                  .get(leader.node())
                  .receive(
                      at ->
                          question.accept(
                              at,
                              result ->
                                  cluster.network.send(
                                      at.number,
                                      node.number,
                                      () ->
                                          node.receive(
                                              own ->
                                                  own.later(0, () -> answer.complete(result)))))));
    }
    node.later(leader == null ? NO_LEADER : AGAIN, () -> attempt(question, answer, until, sent));
  }

  @Override
  public CompletionStage<TxnResult> commit(Txn txn) {
    var call = new Call(node.client(), ++number, txn);
    return this.<TxnResult>ask((at, answer) -> at.raft().commit(call, answer))
        .thenApply(
            result -> {
              node.cluster.audit.acknowledged(node, call, result);
              return result;
            });
  }

  @Override
  public CompletionStage<RangeResult> range(RangeQuery query) {
    return query.consistent()
        ? this.<Long>ask(
                (at, answer) ->
                    at.raft().confirmed(() -> answer.accept(at.store().replica().index())))
            .thenCompose(index -> range(query, index))
        : range(query, query.minIndex());
  }

  private CompletionStage<RangeResult> range(RangeQuery query, long index) {
    if (replica.index() >= index) {
      return CompletableFuture.completedFuture(replica.read(state -> state.range(query)));
    }
    var found = new CompletableFuture<RangeResult>();
    waiting.add(
        new Waiting(index, () -> found.complete(replica.read(state -> state.range(query)))));
    node.later(
        PATIENCE,
        () ->
            found.completeExceptionally(
                new StoreException(Kind.BEHIND, "index " + index + " was not reached in time")));
    return found;
  }

  @Override
  public CompletionStage<Long> renew(String nodeUid) {
    return ask(
        (at, answer) -> {
          var raft = at.raft();
          raft.confirmed(
              () -> {
                raft.book().renewed(nodeUid, node.cluster.stage.nanos());
                answer.accept(at.store().replica().index());
              });
        });
  }

  @Override
  public CompletionStage<Long> age(String nodeUid) {
    return ask(
        (at, answer) -> {
          var raft = at.raft();
          raft.confirmed(
              () ->
                  answer.accept(raft.book().age(nodeUid, node.cluster.stage.nanos()) / 1_000_000));
        });
  }

  @Override
  public Watch watch(String prefix, long afterIndex, WatchListener listener) {
    var watching = new Watching(prefix, listener, afterIndex);
    watches.add(watching);
    node.later(0, () -> drain(watching));
    return () -> watches.remove(watching);
  }

  private void drain(Watching watching) {
    replica
        .read(state -> state.changesAfter(watching.last))
        .ifPresent(later -> later.forEach(watching::tell));
  }

  @Override
  public long appliedIndex() {
    return replica.index();
  }

  @Override
  public Health health() {
    return new Health(true, "simulated", node.raft().leads(), replica.read(StoreState::size), 0);
  }

  @Override
  public void close() {
    replica.close();
  }
}
