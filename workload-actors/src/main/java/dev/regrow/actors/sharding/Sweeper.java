package dev.regrow.actors.sharding;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.content.DeclaredContents;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.core.codec.WorkloadView;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Goes round all workloads, slowly, and wakes each that has something to do: what a lost message
 * left behind is found here, and after a restart of everything so is all that was under way.
 */
public final class Sweeper {

  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration BETWEEN_PAGES = Duration.ofMillis(100);
  private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(5);
  private static final int PAGE = 100;

  /** What it is told; only by itself. */
  public sealed interface Command {}

  private record Look(String from) implements Command {}

  private record Looked(String next) implements Command {}

  private record LookFailed(Throwable cause) implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Store store;
  private final Board board;
  private final Workloads workloads;
  private final NodeLink link;
  private final DeclaredContents contents;

  /** Nodes asked for their facts in this round. */
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  private Sweeper(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Store store,
      Board board,
      Workloads workloads,
      NodeLink link) {
    this.context = context;
    this.timers = timers;
    this.store = store;
    this.board = board;
    this.workloads = workloads;
    this.link = link;
    this.contents = new DeclaredContents(store);
  }

  public static Behavior<Command> create(
      Store store, Board board, Workloads workloads, NodeLink link) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> new Sweeper(context, timers, store, board, workloads, link).sweeping()));
  }

  private Behavior<Command> sweeping() {
    timers.startSingleTimer(new Look(Keys.WORKLOADS), FIRST);
    return Behaviors.receive(Command.class)
        .onMessage(
            Look.class,
            look -> {
              context.pipeToSelf(
                  page(look.from()),
                  (next, failure) -> failure == null ? new Looked(next) : new LookFailed(failure));
              return Behaviors.same();
            })
        .onMessage(
            Looked.class,
            looked -> {
              boolean round = looked.next().isEmpty();
              if (round) {
                asked.clear();
              }
              timers.startSingleTimer(
                  new Look(round ? Keys.WORKLOADS : looked.next()),
                  round ? BETWEEN_ROUNDS : BETWEEN_PAGES);
              return Behaviors.same();
            })
        .onMessage(
            LookFailed.class,
            failed -> {
              context.getLog().warn("could not look for workloads that need care", failed.cause());
              timers.startSingleTimer(new Look(Keys.WORKLOADS), BETWEEN_ROUNDS);
              return Behaviors.same();
            })
        .build();
  }

  /** Looks at a page; the key where the next begins, "" at the end. */
  private CompletionStage<String> page(String from) {
    var all = RangeQuery.prefix(Keys.WORKLOADS);
    var query = new RangeQuery(from, all.to(), PAGE, false, 0);
    return store
        .range(query)
        .thenCompose(
            page -> {
              CompletionStage<Void> looked = CompletableFuture.completedStage(null);
              for (var entry : page.entries()) {
                looked = looked.thenCompose(done -> look(entry));
              }
              List<Entry> entries = page.entries();
              var next = page.more() ? entries.get(entries.size() - 1).key() + "\0" : "";
              return looked.thenApply(done -> next);
            });
  }

  private CompletionStage<Void> look(Entry entry) {
    var path = entry.key().substring(Keys.WORKLOADS.length());
    int slash = path.indexOf('/');
    var namespace = path.substring(0, slash);
    var name = path.substring(slash + 1);
    return store
        .range(RangeQuery.prefix(Keys.assignments(namespace, name)))
        .thenApply(
            found -> {
              var records = WorkloadView.records(entry, found.entries());
              if (Care.needed(records, board)) {
                workloads.tell(namespace, name, new WorkloadCommand.Wake());
                records.assignments().values().forEach(a -> askOnce(a.node().uid()));
              }
              return records;
            })
        .thenCompose(this::compareContents);
  }

  /** A change that a workload was not told of, or had no time for. */
  private CompletionStage<Void> compareContents(Records records) {
    var workload = records.workload();
    var current = records.current();
    if (workload == null || workload.deleted() || current == null) {
      return CompletableFuture.completedStage(null);
    }
    var seen = current.template().contents();
    return seen.isEmpty()
        ? CompletableFuture.completedStage(null)
        : contents
            .here(workload.namespace(), seen.keySet())
            .thenAccept(
                held -> {
                  boolean changed =
                      held.entrySet().stream()
                          .anyMatch(
                              each -> !each.getValue().hash().equals(seen.get(each.getKey())));
                  if (changed) {
                    workloads.tell(
                        workload.namespace(),
                        workload.name(),
                        new WorkloadCommand.ContentsChanged());
                  }
                });
  }

  /** A report that was lost is not sent again by itself. */
  private void askOnce(String nodeUid) {
    if (asked.add(nodeUid)) {
      link.askForFacts(nodeUid);
    }
  }
}
