package dev.regrow.actors.workload;

import dev.regrow.actors.content.DeclaredContents;
import dev.regrow.actors.workload.WorkloadCommand.Asking;
import dev.regrow.actors.workload.WorkloadCommand.Confirmed;
import dev.regrow.actors.workload.WorkloadCommand.ContentsChanged;
import dev.regrow.actors.workload.WorkloadCommand.Goodbye;
import dev.regrow.actors.workload.WorkloadCommand.Idle;
import dev.regrow.actors.workload.WorkloadCommand.Learn;
import dev.regrow.actors.workload.WorkloadCommand.Learned;
import dev.regrow.actors.workload.WorkloadCommand.LoadFailed;
import dev.regrow.actors.workload.WorkloadCommand.Look;
import dev.regrow.actors.workload.WorkloadCommand.NodeChanged;
import dev.regrow.actors.workload.WorkloadCommand.Wake;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.core.lifecycle.WorkloadMachine;
import dev.regrow.core.lifecycle.WorkloadState;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.StoreException;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.jspecify.annotations.Nullable;

/**
 * One workload: reads its records, lets {@link WorkloadMachine} decide, and does what that says.
 *
 * <pre>
 *   loading ──records read──▶ serving ──Reload──▶ loading
 *      │ store fails: who waits is told,               │ at peace and idle
 *      ▼ read again later                              ▼
 *   loading                                         passivated, or moved: ends once all are answered
 * </pre>
 *
 * <p>It holds nothing that is not in the store or can not be heard again, so it may die at any
 * line. A stale twin in another part of the cluster can do no harm: its commits fail on the
 * condition.
 */
public final class WorkloadEntity {

  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration READ_AGAIN = Duration.ofMillis(500);

  /** Where it is moved to nobody is answered before it has ended here. */
  private static final Duration FAREWELL_MAX = Duration.ofSeconds(2);

  private final String namespace;
  private final String name;
  private final Surroundings around;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final ActorContext<WorkloadCommand> context;
  private final TimerScheduler<WorkloadCommand> timers;
  private final WaitingLine line = new WaitingLine();
  private final EffectRunner effects;

  private @Nullable WorkloadState state;
  private boolean loading;

  /** It is to end, and does so when nobody waits for an answer. */
  private boolean leaving;

  /** How often somebody's request was decided on. */
  private long decisions;

  /** Who is served was decided on with records that somebody else had changed. */
  private boolean askedOfOldRecords;

  /** Something that it uses may have changed while its records were read. */
  private boolean contentsWanted;

  private WorkloadEntity(
      String id,
      Surroundings around,
      ActorRef<ClusterSharding.ShardCommand> shard,
      ActorContext<WorkloadCommand> context,
      TimerScheduler<WorkloadCommand> timers) {
    int slash = id.indexOf('/');
    namespace = id.substring(0, slash);
    name = id.substring(slash + 1);
    this.around = around;
    this.shard = shard;
    this.context = context;
    this.timers = timers;
    effects = new EffectRunner(namespace, name, around, context, timers);
  }

  /**
   * @param id {@code namespace/name}
   */
  public static Behavior<WorkloadCommand> create(
      String id, Surroundings around, ActorRef<ClusterSharding.ShardCommand> shard) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  context.setReceiveTimeout(IDLE, Idle.INSTANCE);
                  return new WorkloadEntity(id, around, shard, context, timers).serving();
                }));
  }

  private Behavior<WorkloadCommand> serving() {
    load();
    return Behaviors.receive(WorkloadCommand.class)
        .onMessage(Learned.class, learned -> then(() -> onLearned(learned.input())))
        .onMessage(LoadFailed.class, failed -> then(() -> onLoadFailed(failed.cause())))
        .onMessage(Asking.class, command -> then(() -> line.join(command)))
        .onMessage(Learn.class, learn -> then(() -> onFact(learn)))
        .onMessage(NodeChanged.class, changed -> then(() -> onNodeChanged(changed)))
        .onMessage(Wake.class, wake -> then(this::onWake))
        .onMessageEquals(Look.INSTANCE, () -> then(this::onLook))
        .onMessage(Confirmed.class, confirmed -> then(() -> onConfirmed(confirmed)))
        .onMessage(ContentsChanged.class, changed -> then(this::onContentsChanged))
        .onMessageEquals(ReadAgain.INSTANCE, () -> then(this::load))
        .onMessageEquals(Idle.INSTANCE, () -> then(this::onIdle))
        .onMessageEquals(Goodbye.INSTANCE, () -> then(this::onGoodbye))
        .onMessageEquals(Overdue.INSTANCE, Behaviors::stopped)
        .build();
  }

  private Behavior<WorkloadCommand> then(Runnable handled) {
    handled.run();
    decideOnNext();
    return leaving && line.isEmpty() ? Behaviors.stopped() : Behaviors.same();
  }

  private void load() {
    loading = true;
    askedOfOldRecords = false;
    context.pipeToSelf(
        new RecordsReader(around.store()).read(namespace, name),
        (records, failure) ->
            failure == null
                ? new Learned(new Input.Loaded(records))
                : new LoadFailed(Translation.cause(failure)));
  }

  private void decideOnNext() {
    if (askedOfOldRecords && !loading && state != null && !state.busy()) {
      load(); // Who is served is decided on again then.
    }
    while (!loading && state != null && !state.busy() && line.hasNext()) {
      var asking = line.next();
      if (asking instanceof WorkloadCommand.Apply apply && keepsData(apply)) {
        load(); // Where its data is may have changed without it, and it is asked again then.
      } else {
        ask(asking);
      }
    }
  }

  private static boolean keepsData(WorkloadCommand.Apply apply) {
    return !ContentsCodec.volumes(apply.declared().getInstance()).isEmpty();
  }

  private void ask(Asking command) {
    decisions++;
    step(Translation.asked(command));
  }

  private void onConfirmed(Confirmed confirmed) {
    if (confirmed.number() != decisions) {
      return; // It was decided on again meanwhile.
    }
    if (confirmed.isSo()) {
      reply(confirmed.answer());
    } else {
      askedOfOldRecords = true;
    }
  }

  private void onFact(Learn command) {
    onInput(Translation.input(command.fact(), around.clock().get().bootMillis()));
  }

  private void onNodeChanged(NodeChanged changed) {
    if (state != null && changed.lost() && around.board().isRemoved(changed.nodeUid())) {
      state = WorkloadMachine.gone(state, changed.nodeUid());
    }
    onInput(
        changed.lost()
            ? new Input.NodeLost(changed.nodeUid())
            : new Input.NodeBack(changed.nodeUid()));
  }

  private void onWake() {
    if (!loading && line.served() == null && missesItsData()) {
      load(); // The node may have been given up, and its records with it.
    } else {
      onInput(new Input.Tick());
    }
  }

  private void onLook() {
    effects.looked();
    onInput(new Input.Tick());
  }

  private boolean missesItsData() {
    var nodes = around.board().fleet();
    return state != null
        && !state.busy()
        && state.records().places().values().stream()
            .anyMatch(node -> nodes.find(node.uid()).isEmpty());
  }

  private void onContentsChanged() {
    contentsWanted = loading;
    var current = state == null ? null : state.records().current();
    if (loading || current == null || current.template().contents().isEmpty()) {
      return;
    }
    context.pipeToSelf(
        around.contents().kept(namespace, current.template().contents().keySet()),
        (held, failure) ->
            new Learned(
                failure == null
                    ? new Input.ContentsRead(DeclaredContents.hashes(held))
                    : new Input.Tick())); // Then the sweep looks again.
  }

  private void onLearned(Input input) {
    if (input instanceof Input.Loaded loaded) {
      onLoaded(loaded.records());
      if (contentsWanted) {
        onContentsChanged();
      }
    } else {
      onInput(input);
    }
  }

  /** What comes while reading is dropped: the board keeps it, and nodes are asked again. */
  private void onInput(Input input) {
    if (!loading) {
      noticeReturns();
      step(input);
    }
  }

  /** Of a node's return only workloads are told that have something there by then. */
  private void noticeReturns() {
    if (state != null) {
      var lost = around.board().lostNodes();
      for (var uid : WorkloadMachine.missing(state)) {
        if (!lost.contains(uid)) {
          step(new Input.NodeBack(uid));
        }
      }
    }
  }

  private void onLoaded(Records records) {
    loading = false;
    var loaded = state == null ? WorkloadState.of(namespace, name, records) : state;
    for (var assignment : records.assignments().values()) {
      var heard = around.board().heard(assignment.id(), assignment.epoch());
      if (heard != null) {
        loaded = WorkloadMachine.knowing(loaded, assignment.id(), heard.live());
      }
    }
    for (var lost : around.board().lostNodes()) {
      loaded =
          around.board().isRemoved(lost)
              ? WorkloadMachine.gone(loaded, lost)
              : WorkloadMachine.missing(loaded, lost, around.clock().get());
    }
    state = loaded;
    var again = line.served();
    if (again == null) {
      step(new Input.Loaded(records));
    } else {
      // Decide on the request before anything else is: it may be what makes the rest needless.
      state = WorkloadMachine.reading(loaded, records);
      ask(again);
    }
  }

  private void onLoadFailed(Throwable cause) {
    if (!(cause instanceof StoreException)) {
      context.getLog().error("{}/{} could not be read", namespace, name, cause);
    }
    var why =
        Translation.kind(cause) == Input.Cause.DISK_FULL
            ? Answer.Why.DISK_FULL
            : Answer.Why.UNAVAILABLE;
    var message = "%s/%s could not be read: %s".formatted(namespace, name, Translation.said(cause));
    line.refuseAll(why, message);
    decisions++; // What is still to be confirmed was for somebody who has an answer now.
    timers.startSingleTimer(ReadAgain.INSTANCE, ReadAgain.INSTANCE, READ_AGAIN);
  }

  private void onIdle() {
    boolean atPeace = state == null || WorkloadMachine.atPeace(state, around.world());
    if (line.isEmpty() && atPeace) {
      shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
    }
  }

  private void onGoodbye() {
    leaving = true;
    timers.startSingleTimer(Overdue.INSTANCE, Overdue.INSTANCE, FAREWELL_MAX);
  }

  private void step(Input input) {
    var before = state;
    if (before == null) {
      return;
    }
    var decision = WorkloadMachine.step(before, input, around.world());
    state = decision.state();
    for (var effect : decision.effects()) {
      if (effect instanceof Effect.Reply reply) {
        reply(reply.answer());
      } else if (effect instanceof Effect.Confirm confirm) {
        effects.confirm(confirm, decisions);
      } else if (effect instanceof Effect.Reload) {
        // A request that is not answered yet is decided on again with what is read.
        load();
      } else {
        effects.run(effect, decision.state());
      }
    }
  }

  private void reply(Answer answer) {
    if (answer instanceof Answer.Done done) {
      line.answer(new WorkloadReply.Done(effects.shown(done.records()), done.outcome().name()));
    } else if (answer instanceof Answer.Refused refused) {
      line.refuse(refused.why(), refused.message());
    }
  }

  private enum ReadAgain implements WorkloadCommand {
    INSTANCE
  }

  private enum Overdue implements WorkloadCommand {
    INSTANCE
  }
}
