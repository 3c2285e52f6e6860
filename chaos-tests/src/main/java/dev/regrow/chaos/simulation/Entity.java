package dev.regrow.chaos.simulation;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.workload.RecordsReader;
import dev.regrow.actors.workload.Translation;
import dev.regrow.core.codec.RecordsCodec;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Ask;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.core.lifecycle.WorkloadMachine;
import dev.regrow.core.lifecycle.WorkloadState;
import dev.regrow.core.lifecycle.World;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One workload on one node: carries out what {@link WorkloadMachine} decides, as the actor does.
 */
final class Entity {

  private static final long READ_AGAIN = 500;
  private static final long IDLE = 30_000;

  private final String name;
  private final SimulatedNode node;
  private final NodeStore store;
  private final Board board;
  private final Supplier<@Nullable Entity> present;
  private final Deque<Asking> waiting = new ArrayDeque<>();
  private @Nullable Asking asking;
  private @Nullable WorkloadState state;
  private boolean loading;
  private boolean looking;
  private long decisions;
  private boolean askedOfOldRecords;
  private long alarm;
  private long lastTold;

  private record Asking(Ask ask, Consumer<Answer> answer) {}

  Entity(
      String name,
      SimulatedNode node,
      NodeStore store,
      Board board,
      Supplier<@Nullable Entity> present) {
    this.name = name;
    this.node = node;
    this.store = store;
    this.board = board;
    this.present = present;
  }

  /** Nothing is to be done and nobody has told it anything: the sweep reads it anew. */
  boolean mayGo() {
    boolean atPeace =
        state == null
            || WorkloadMachine.atPeace(state, new World(node.cluster.stage.now(), board.fleet()));
    return atPeace
        && asking == null
        && waiting.isEmpty()
        && !loading
        && node.millis() - lastTold >= IDLE;
  }

  private boolean isOver() {
    return present.get() != this;
  }

  void load() {
    if (isOver()) {
      return;
    }
    loading = true;
    askedOfOldRecords = false;
    lastTold = node.millis();
    new RecordsReader(store)
        .read(SimulatedCluster.NAMESPACE, name)
        .whenComplete(
            (records, failure) -> {
              if (isOver()) {
                return;
              }
              if (failure != null) {
                node.later(READ_AGAIN, this::load);
              } else {
                onLoaded(records);
                decideOnNext();
              }
            });
  }

  private void onLoaded(Records records) {
    loading = false;
    var loaded =
        state == null ? WorkloadState.of(SimulatedCluster.NAMESPACE, name, records) : state;
    for (var assignment : records.assignments().values()) {
      var heard = board.heard(assignment.id(), assignment.epoch());
      if (heard != null) {
        loaded = WorkloadMachine.knowing(loaded, assignment.id(), heard.live());
      }
    }
    // Sorted, as the order of unmodifiable sets is another in each JVM.
    for (var lost : new TreeSet<>(board.lostNodes())) {
      loaded = WorkloadMachine.missing(loaded, lost, node.cluster.stage.now());
    }
    state = loaded;
    var again = asking;
    if (again == null) {
      step(new Input.Loaded(records));
    } else {
      state = WorkloadMachine.reading(loaded, records);
      decide(again);
    }
  }

  void ask(Ask ask, Consumer<Answer> answer) {
    lastTold = node.millis();
    waiting.add(new Asking(ask, answer));
    decideOnNext();
  }

  private void decideOnNext() {
    if (askedOfOldRecords && !loading && state != null && !state.busy()) {
      load();
    }
    while (!loading && state != null && !state.busy() && asking == null && !waiting.isEmpty()) {
      asking = waiting.remove();
      decide(asking);
    }
  }

  private void decide(Asking one) {
    decisions++;
    step(new Input.Asked(0, one.ask(), Ask.Expect.NOTHING));
  }

  void hears(NodeFact fact) {
    learn(Translation.input(fact, node.millis()));
  }

  void learn(Input input) {
    if (loading || state == null || isOver()) {
      return;
    }
    var lost = board.lostNodes();
    for (var uid : new TreeSet<>(WorkloadMachine.missing(state))) {
      if (!lost.contains(uid)) {
        step(new Input.NodeBack(uid));
      }
    }
    step(input);
    decideOnNext();
  }

  private void step(Input input) {
    var before = state;
    if (before == null) {
      return;
    }
    var decision =
        WorkloadMachine.step(before, input, new World(node.cluster.stage.now(), board.fleet()));
    state = decision.state();
    for (var effect : decision.effects()) {
      carryOut(effect, decision.state());
    }
  }

  private void carryOut(Effect effect, WorkloadState after) {
    if (effect instanceof Effect.Reply reply) {
      reply(reply.answer());
    } else if (effect instanceof Effect.Reload) {
      load();
    } else if (effect instanceof Effect.Commit commit) {
      commit(commit, after.records());
    } else if (effect instanceof Effect.SendRun run) {
      var workload = after.records().workload();
      if (workload != null) {
        order(run.target().node().uid(), Translation.run(workload, run));
      }
    } else if (effect instanceof Effect.SendStop stop) {
      var ref = Translation.ref(SimulatedCluster.NAMESPACE, name, stop.target());
      order(stop.target().node().uid(), new NodeOrder.Stop(ref, stop.reason()));
    } else if (effect instanceof Effect.SendForget forget) {
      board.forget(forget.target().id());
      var ref = Translation.ref(SimulatedCluster.NAMESPACE, name, forget.target());
      order(forget.target().node().uid(), new NodeOrder.Forget(ref));
    } else if (effect instanceof Effect.AskLease lease) {
      store
          .age(lease.nodeUid())
          .whenComplete(
              (age, failure) ->
                  learn(
                      failure == null ? new Input.LeaseHeard(lease.ids(), age) : new Input.Tick()));
    } else if (effect instanceof Effect.ArmTimer timer) {
      arm(timer.atBootMillis());
    } else if (effect instanceof Effect.ClearTimer) {
      alarm++;
    } else if (effect instanceof Effect.Look look) {
      look(look.afterMillis());
    } else if (effect instanceof Effect.Confirm confirm) {
      confirm(confirm, decisions);
    }
  }

  private void confirm(Effect.Confirm confirm, long decision) {
    store
        .range(RangeQuery.key(Keys.workload(SimulatedCluster.NAMESPACE, name)).linearizable())
        .whenComplete(
            (found, failure) -> {
              if (isOver() || decision != decisions) {
                return;
              }
              if (failure != null) {
                reply(new Answer.Refused(Answer.Why.UNAVAILABLE, "it could not be read"));
              } else if (modIndex(found.entries()) == confirm.modIndex()) {
                reply(confirm.answer());
              } else {
                askedOfOldRecords = true;
              }
              decideOnNext();
            });
  }

  private static long modIndex(List<Entry> found) {
    return found.isEmpty() ? 0 : found.get(0).modIndex();
  }

  private void look(long afterMillis) {
    if (!looking) {
      looking = true;
      node.later(
          afterMillis,
          () -> {
            looking = false;
            learn(new Input.Tick());
          });
    }
  }

  private void reply(Answer answer) {
    var asked = asking;
    asking = null;
    if (asked != null) {
      asked.answer().accept(answer);
    }
  }

  private void arm(long at) {
    long mine = ++alarm;
    node.later(
        Math.max(1, at - node.millis()),
        () -> {
          if (mine == alarm) {
            learn(new Input.Tick());
          }
        });
  }

  private void order(String uid, NodeOrder order) {
    for (var other : node.cluster.nodes) {
      if (other.uid.equals(uid)) {
        node.send(other.number, at -> at.jvm().agent().onOrder(order));
      }
    }
  }

  private void commit(Effect.Commit commit, Records records) {
    debit(commit, records);
    store
        .commit(
            RecordsCodec.txn(SimulatedCluster.NAMESPACE, name, commit.modIndex(), commit.changes()))
        .whenComplete(
            (result, failure) -> {
              var learned = Translation.committed(result, failure);
              if (learned instanceof Input.CommitFailed) {
                placed(commit).forEach(board::undebit);
              }
              if (!isOver()) {
                step(learned);
                decideOnNext();
              }
            });
  }

  private static List<InstanceId> placed(Effect.Commit commit) {
    return commit.changes().stream()
        .filter(c -> c instanceof Change.PutAssignment put && put.assignment().epoch() == 0)
        .map(c -> ((Change.PutAssignment) c).assignment().id())
        .toList();
  }

  private void debit(Effect.Commit commit, Records records) {
    var current = records.current();
    for (var change : commit.changes()) {
      if (change instanceof Change.PutAssignment put
          && put.assignment().epoch() == 0
          && current != null) {
        board.debit(put.assignment().node(), put.assignment().id(), current.template().demand());
      }
    }
  }
}
