package dev.regrow.actors.sharding;

import dev.regrow.actors.board.Board;
import dev.regrow.core.codec.AssignmentCodec;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Removals;
import dev.regrow.core.membership.Scheduling;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Ends drains: when nothing is left on the node, or when it is late; and forgets removed nodes once
 * nothing is left there. One on each server; who comes second finds it done.
 */
public final class DrainKeeper {

  private static final Duration EVERY = Duration.ofMillis(500);

  /** What it is told; only by itself. */
  public sealed interface Command {}

  /** A node drains, or did a moment ago. */
  private enum Begin implements Command {
    INSTANCE
  }

  private enum Look implements Command {
    INSTANCE
  }

  private record Looked(String problem) implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Store store;
  private final Board board;
  private final Supplier<Now> clock;

  /** When each removed node was first seen as such here, by CLOCK_BOOTTIME in milliseconds. */
  private final Map<String, Long> removedSince = new HashMap<>();

  /** A look is under way, or will follow. */
  private boolean looking;

  private DrainKeeper(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Store store,
      Board board,
      Supplier<Now> clock) {
    this.context = context;
    this.timers = timers;
    this.store = store;
    this.board = board;
    this.clock = clock;
  }

  public static Behavior<Command> create(Store store, Board board, Supplier<Now> clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new DrainKeeper(context, timers, store, board, clock).keeping()));
  }

  private Behavior<Command> keeping() {
    var self = context.getSelf();
    var unlisten =
        board.listen(
            changed -> {
              if (changed instanceof Board.Changed.NodeChanged node
                  && (board.draining(node.nodeUid()) || board.isRemoved(node.nodeUid()))) {
                self.tell(Begin.INSTANCE);
              }
            });
    self.tell(Begin.INSTANCE); // What drained before we listened.
    return Behaviors.receive(Command.class)
        .onMessage(Begin.class, begin -> looking ? Behaviors.same() : look())
        .onMessage(Look.class, look -> look())
        .onMessage(Looked.class, this::looked)
        .onSignal(
            PostStop.class,
            stopped -> {
              unlisten.run();
              return Behaviors.same();
            })
        .build();
  }

  private Behavior<Command> look() {
    var draining = board.drainingNodes();
    var removed = board.removedNodes();
    looking = !draining.isEmpty() || !removed.isEmpty();
    if (looking) {
      CompletionStage<Void> all = CompletableFuture.completedStage(null);
      for (var uid : draining) {
        all = all.thenCompose(done -> judge(uid));
      }
      long now = clock.get().bootMillis();
      removedSince.keySet().retainAll(removed);
      for (var uid : removed) {
        var known = Duration.ofMillis(now - removedSince.computeIfAbsent(uid, first -> now));
        all =
            all.thenCompose(done -> new Removals(store).forget(uid, known)).thenAccept(gone -> {});
      }
      context.pipeToSelf(
          all, (done, failure) -> new Looked(failure == null ? "" : failure.toString()));
    }
    return Behaviors.same();
  }

  private Behavior<Command> looked(Looked looked) {
    if (!looked.problem().isEmpty()) {
      context.getLog().warn("could not look after drains: {}", looked.problem());
    }
    timers.startSingleTimer(Look.INSTANCE, EVERY);
    return Behaviors.same();
  }

  private CompletionStage<Void> judge(String uid) {
    var prefix = Keys.nodeAssignments(uid);
    return store
        .range(RangeQuery.prefix(prefix).linearizable())
        .thenCompose(found -> anyAlive(found.entries(), prefix, 0, found.index()))
        .thenCompose(
            alive ->
                new Membership(store)
                    .change(uid, node -> Scheduling.judged(node, !alive, clock.get().wallMillis())))
        .thenAccept(done -> {});
  }

  /**
   * Whether any may still run; what has ended for good stays on the books, and is nothing to move.
   */
  private CompletionStage<Boolean> anyAlive(
      List<Entry> entries, String prefix, int from, long index) {
    if (from >= entries.size()) {
      return CompletableFuture.completedStage(false);
    }
    var key = Keys.ASSIGNMENTS + entries.get(from).key().substring(prefix.length());
    return store
        .range(RangeQuery.key(key).atLeast(index))
        .thenCompose(
            found -> {
              boolean alive =
                  found.entries().stream()
                      .map(AssignmentCodec::assignment)
                      .anyMatch(assignment -> assignment.ended() == null);
              return alive
                  ? CompletableFuture.completedStage(true)
                  : anyAlive(entries, prefix, from + 1, index);
            });
  }
}
