package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.core.codec.EventCodec;
import dev.regrow.core.codec.RevisionCodec;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.codec.WorkloadView;
import dev.regrow.core.lifecycle.World;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Event;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads from the store, filled in from the board. */
final class Reads {

  /** Records that are taken from the store in one piece; more than the longest page. */
  private static final int READ_AT_ONCE = 1001;

  private final Store store;
  private final Board board;
  private final Supplier<Now> clock;

  Reads(Store store, Board board, Supplier<Now> clock) {
    this.store = store;
    this.board = board;
    this.clock = clock;
  }

  CompletionStage<Workload> workload(WorkloadRef ref, ReadPoint at) {
    return store
        .range(at(RangeQuery.key(Keys.workload(ref.namespace(), ref.name())), at))
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                throw notFound("there is no workload " + ref);
              }
              return shown(found.entries().get(0), found.index());
            });
  }

  /** With the assignments as they are at least at {@code index}. */
  CompletionStage<Workload> shown(Entry entry, long index) {
    var ref = ref(entry.key(), Keys.WORKLOADS);
    return store
        .range(RangeQuery.prefix(Keys.assignments(ref.namespace(), ref.name())).atLeast(index))
        .thenApply(assignments -> WorkloadView.of(entry, assignments.entries(), known()));
  }

  WorkloadView.Known known() {
    return new WorkloadView.Known(
        assignment -> {
          var heard = board.heard(assignment.id(), assignment.epoch());
          return heard == null ? null : heard.live();
        },
        board.lostNodes(),
        new World(clock.get(), board.fleet()));
  }

  CompletionStage<Listing<Workload>> workloads(ListQuery query, ReadPoint at) {
    var all = at(prefix(Keys.WORKLOADS, query), at);
    return workloads(Pages.after(all, query.next()), query, new ArrayList<>());
  }

  /**
   * Reads on until the page is full: with labels, most of what is read may not match. What is read
   * costs by the page, not by how many workloads there are.
   */
  private CompletionStage<Listing<Workload>> workloads(
      RangeQuery from, ListQuery query, List<Workload> items) {
    return store
        .range(from.limitedTo(READ_AT_ONCE))
        .thenCompose(
            found ->
                assignmentsOf(found)
                    .thenCompose(
                        assignments -> {
                          var page = page(found, assignments, query, items);
                          if (page != null) {
                            return CompletableFuture.completedStage(page);
                          }
                          var last = found.entries().get(found.entries().size() - 1).key();
                          var rest =
                              new RangeQuery(
                                  last + "\0", from.to(), READ_AT_ONCE, false, found.index());
                          return workloads(rest, query, items);
                        }));
  }

  /**
   * Those of these workloads, and perhaps some more: the keys of the two are not quite in the same
   * order.
   */
  private CompletionStage<RangeResult> assignmentsOf(RangeResult workloads) {
    if (workloads.entries().isEmpty()) {
      return CompletableFuture.completedStage(workloads);
    }
    String lowest = "";
    String highest = "";
    for (var entry : workloads.entries()) {
      var ref = ref(entry.key(), Keys.WORKLOADS);
      var own = Keys.assignments(ref.namespace(), ref.name());
      lowest = lowest.isEmpty() || own.compareTo(lowest) < 0 ? own : lowest;
      highest = own.compareTo(highest) > 0 ? own : highest;
    }
    var to = RangeQuery.prefix(highest).to();
    return store.range(new RangeQuery(lowest, to, Integer.MAX_VALUE, false, workloads.index()));
  }

  /** Null: it is not full, and there is more to be read. */
  private @Nullable Listing<Workload> page(
      RangeResult found, RangeResult assignments, ListQuery query, List<Workload> items) {
    var byWorkload =
        assignments.entries().stream()
            .filter(entry -> entry.key().startsWith(Keys.ASSIGNMENTS))
            .collect(Collectors.groupingBy(entry -> ref(entry.key(), Keys.ASSIGNMENTS)));
    var known = known();
    int limit = Pages.limit(query);
    for (var entry : found.entries()) {
      var ref = ref(entry.key(), Keys.WORKLOADS);
      if (!matches(ref, query)) {
        continue;
      }
      var shown = WorkloadView.of(entry, byWorkload.getOrDefault(ref, List.of()), known);
      if (!labelled(shown, query)) {
        continue;
      }
      if (items.size() == limit) {
        var last = items.get(limit - 1);
        var key = Keys.workload(last.getNamespace(), last.getName());
        return new Listing<>(items, found.index(), Pages.token(key));
      }
      items.add(shown);
    }
    return found.more() ? null : new Listing<>(items, found.index(), "");
  }

  CompletionStage<Listing<Revision>> revisions(ListQuery query, ReadPoint at) {
    var ref = new WorkloadRef(query.namespace().orElseThrow(), query.workload().orElseThrow());
    return store
        .range(at(RangeQuery.key(Keys.workload(ref.namespace(), ref.name())), at))
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                throw notFound("there is no workload " + ref);
              }
              long current = WorkloadCodec.workload(found.entries().get(0)).rollout().revision();
              var prefix = Keys.revisions(ref.namespace(), ref.name());
              return store
                  .range(RangeQuery.prefix(prefix).atLeast(found.index()))
                  .thenApply(revisions -> newestFirst(query, ref, revisions, current));
            });
  }

  private static Listing<Revision> newestFirst(
      ListQuery query, WorkloadRef ref, RangeResult revisions, long current) {
    var items =
        new ArrayList<>(
            revisions.entries().stream()
                .map(
                    entry -> {
                      var number = RevisionCodec.revision(entry).number();
                      return RevisionCodec.shown(
                          ref.namespace(), ref.name(), entry, number == current);
                    })
                .toList());
    Collections.reverse(items);
    return Pages.cut(
        items,
        item -> "%019d".formatted(Long.MAX_VALUE - item.getRevision()),
        query,
        revisions.index());
  }

  CompletionStage<Listing<Event>> events(ListQuery query, ReadPoint at) {
    return store
        .range(at(prefix(Keys.EVENTS, query), at))
        .thenApply(
            found -> {
              var sorted =
                  found.entries().stream()
                      .filter(entry -> matches(ref(entry.key(), Keys.EVENTS), query))
                      .sorted(Comparator.comparing(Reads::inTime))
                      .toList();
              var page = Pages.cut(sorted, Reads::inTime, query, found.index());
              return new Listing<>(
                  page.items().stream().map(EventCodec::shown).toList(), page.index(), page.next());
            });
  }

  /**
   * When it happened, then in which order it was learned: a start is told by its node after the
   * decision that it led to may have been stored.
   */
  private static String inTime(Entry entry) {
    var learned = entry.key().substring(entry.key().lastIndexOf('/') + 1);
    return "%019d-%s%s".formatted(EventCodec.shown(entry).getTime(), learned, entry.key());
  }

  static RangeQuery prefix(String kind, ListQuery query) {
    var namespace = query.namespace();
    if (namespace.isEmpty()) {
      return RangeQuery.prefix(kind);
    }
    var inNamespace = kind + namespace.get() + "/";
    return query.workload().isPresent() && !kind.equals(Keys.WORKLOADS)
        ? RangeQuery.prefix(inNamespace + query.workload().get() + "/")
        : RangeQuery.prefix(inNamespace);
  }

  static boolean matches(WorkloadRef ref, ListQuery query) {
    return query.namespace().map(ref.namespace()::equals).orElse(true)
        && query.workload().map(ref.name()::equals).orElse(true);
  }

  static boolean labelled(Workload workload, ListQuery query) {
    return workload.getLabelsMap().entrySet().containsAll(query.labels().entrySet());
  }

  /** The workload that a record belongs to, by its key. */
  static WorkloadRef ref(String key, String kind) {
    var parts = key.substring(kind.length()).split("/", 3);
    return new WorkloadRef(parts[0], parts[1]);
  }

  static RangeQuery at(RangeQuery query, ReadPoint at) {
    var newer = at.minIndex() > 0 ? query.atLeast(at.minIndex()) : query;
    return at.consistent() ? newer.linearizable() : newer;
  }

  static Refusal notFound(String message) {
    return new Refusal(Refusal.Kind.NOT_FOUND, message);
  }
}
