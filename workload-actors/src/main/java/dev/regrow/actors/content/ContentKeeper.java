package dev.regrow.actors.content;

import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Drops contents that no revision uses any more; every server looks, whoever is first drops. */
public final class ContentKeeper {

  private static final Duration BETWEEN = Duration.ofMinutes(5);
  private static final int PAGE = 500;

  /** What it is told; only by itself. */
  public sealed interface Command {}

  private enum Look implements Command {
    INSTANCE
  }

  private record Looked(Unused unused) implements Command {}

  private record LookFailed(Throwable cause) implements Command {}

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Store store;

  private ContentKeeper(
      ActorContext<Command> context, TimerScheduler<Command> timers, Store store) {
    this.context = context;
    this.timers = timers;
    this.store = store;
  }

  public static Behavior<Command> create(Store store) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startSingleTimer(Look.INSTANCE, BETWEEN);
                  return new ContentKeeper(context, timers, store).keeping(Unused.NONE);
                }));
  }

  private Behavior<Command> keeping(Unused unused) {
    return Behaviors.receive(Command.class)
        .onMessageEquals(
            Look.INSTANCE,
            () -> {
              context.pipeToSelf(
                  look(unused),
                  (next, failure) -> failure == null ? new Looked(next) : new LookFailed(failure));
              return Behaviors.same();
            })
        .onMessage(
            Looked.class,
            looked -> {
              timers.startSingleTimer(Look.INSTANCE, BETWEEN);
              return keeping(looked.unused());
            })
        .onMessage(
            LookFailed.class,
            failed -> {
              context.getLog().warn("could not look for unused contents", failed.cause());
              timers.startSingleTimer(Look.INSTANCE, BETWEEN);
              return Behaviors.same();
            })
        .build();
  }

  private CompletionStage<Unused> look(Unused before) {
    return store
        .range(RangeQuery.prefix(Keys.CONTENTS))
        .thenCompose(
            kept ->
                kept.entries().isEmpty()
                    ? CompletableFuture.completedStage(Unused.NONE)
                    : used(Keys.REVISIONS, kept.index(), new HashSet<>())
                        .thenCompose(used -> drop(before, kept.entries(), used)));
  }

  /** The keys of all contents that revisions use, page by page. */
  private CompletionStage<Set<String>> used(String from, long index, Set<String> used) {
    var all = RangeQuery.prefix(Keys.REVISIONS);
    return store
        .range(new RangeQuery(from, all.to(), PAGE, false, index))
        .thenCompose(
            page -> {
              page.entries().forEach(entry -> addUses(entry, used));
              if (!page.more()) {
                return CompletableFuture.completedStage(used);
              }
              var last = page.entries().get(page.entries().size() - 1).key();
              return used(last + "\0", index, used);
            });
  }

  private static void addUses(Entry revision, Set<String> used) {
    var namespace = revision.key().substring(Keys.REVISIONS.length()).split("/", 2)[0];
    ContentsCodec.contents(ContentsCodec.revision(revision))
        .forEach((ref, hash) -> used.add(Keys.content(namespace, ref.path(), hash)));
  }

  private CompletionStage<Unused> drop(Unused before, List<Entry> kept, Set<String> used) {
    long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    var keys = new HashSet<String>();
    kept.forEach(entry -> keys.add(entry.key()));
    var unused = before.looked(keys, used, now);
    var drops = new ArrayList<CompletableFuture<?>>();
    for (var entry : kept) {
      if (unused.over(entry.key(), now)) {
        // Off, if somebody has put it there again meanwhile.
        var still = new Txn.Condition.ChangedAt(entry.key(), entry.modIndex());
        var txn = new Txn(List.of(still), List.of(new Txn.Write.Delete(entry.key())));
        drops.add(store.commit(txn).toCompletableFuture());
      }
    }
    return CompletableFuture.allOf(drops.toArray(CompletableFuture[]::new))
        .thenApply(done -> unused);
  }
}
