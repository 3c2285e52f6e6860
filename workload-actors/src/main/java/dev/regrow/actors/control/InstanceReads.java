package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.core.codec.AssignmentCodec;
import dev.regrow.core.codec.InstanceView;
import dev.regrow.core.codec.WorkloadView;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Instance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Instances from the store, filled in from the board, and the slots that have none for want of
 * room.
 */
final class InstanceReads {

  private final Store store;
  private final Board board;
  private final Reads reads;

  InstanceReads(Store store, Board board, Reads reads) {
    this.store = store;
    this.board = board;
    this.reads = reads;
  }

  CompletionStage<Listing<Instance>> instances(ListQuery query, ReadPoint at) {
    return read(query, at)
        .thenApply(
            found ->
                Pages.cut(found.all(query), InstanceReads::order, query, found.records().index()));
  }

  private static String order(Instance instance) {
    return Keys.assignment(instance.getNamespace(), instance.getWorkload(), instance.getId());
  }

  /** By id, or by slot, of which the youngest is the one that stays. */
  CompletionStage<Instance> instance(String namespace, String idOrSlot, ReadPoint at) {
    var all = RangeQuery.prefix(Keys.ASSIGNMENTS + namespace + "/");
    return store
        .range(Reads.at(all, at))
        .thenCompose(
            found ->
                // Keys alone are looked at: there may be very many.
                found.entries().stream()
                    .filter(entry -> entry.key().endsWith("/" + idOrSlot))
                    .findFirst()
                    .map(entry -> CompletableFuture.completedStage(instance(entry)))
                    .orElseGet(() -> bySlot(namespace, idOrSlot, found.index())));
  }

  private CompletionStage<Instance> bySlot(String namespace, String slot, long index) {
    int dash = slot.lastIndexOf('-');
    if (dash <= 0) {
      return CompletableFuture.failedStage(noInstance(namespace, slot));
    }
    var query = ListQuery.of(new WorkloadRef(namespace, slot.substring(0, dash)));
    return read(query, new ReadPoint(false, index))
        .thenApply(
            found ->
                found.all(query).stream()
                    .filter(
                        instance ->
                            instance.getSlot().equals(slot) || instance.getId().equals(slot))
                    .max(
                        Comparator.comparingLong(Instance::getRevision)
                            .thenComparingLong(Instance::getIndex))
                    .orElseThrow(() -> noInstance(namespace, slot)));
  }

  private static Refusal noInstance(String namespace, String idOrSlot) {
    return Reads.notFound("there is no instance %s/%s".formatted(namespace, idOrSlot));
  }

  /** The slots that no node has room for, on one page. */
  CompletionStage<List<Instance>> unplaced(ListQuery query) {
    return read(query, ReadPoint.LOCAL).thenApply(found -> found.unplaced(query));
  }

  private CompletionStage<Found> read(ListQuery query, ReadPoint at) {
    return store
        .range(Reads.at(workloads(query), at))
        .thenCompose(
            workloads ->
                store
                    .range(Reads.prefix(Keys.ASSIGNMENTS, query).atLeast(workloads.index()))
                    .thenApply(assignments -> new Found(workloads, assignments)));
  }

  private static RangeQuery workloads(ListQuery query) {
    return query.namespace().isPresent() && query.workload().isPresent()
        ? RangeQuery.key(Keys.workload(query.namespace().get(), query.workload().get()))
        : Reads.prefix(Keys.WORKLOADS, query);
  }

  /** What was read for one answer. */
  private final class Found {
    private final RangeResult workloads;
    private final RangeResult assignments;
    private final WorkloadView.Known known = reads.known();

    Found(RangeResult workloads, RangeResult assignments) {
      this.workloads = workloads;
      this.assignments = assignments;
    }

    RangeResult records() {
      return assignments;
    }

    List<Instance> all(ListQuery query) {
      var wanted =
          wanted(query).stream()
              .map(entry -> Reads.ref(entry.key(), Keys.WORKLOADS))
              .collect(Collectors.toSet());
      var all = new ArrayList<>(unplaced(query));
      for (var entry : assignments.entries()) {
        var ref = Reads.ref(entry.key(), Keys.ASSIGNMENTS);
        boolean asked = query.labels().isEmpty() ? Reads.matches(ref, query) : wanted.contains(ref);
        if (asked) {
          all.add(instance(entry));
        }
      }
      all.sort(Comparator.comparing(InstanceReads::order));
      return all;
    }

    List<Instance> unplaced(ListQuery query) {
      var byWorkload =
          assignments.entries().stream()
              .collect(Collectors.groupingBy(entry -> Reads.ref(entry.key(), Keys.ASSIGNMENTS)));
      var unplaced = new ArrayList<Instance>();
      for (var entry : wanted(query)) {
        var own = byWorkload.getOrDefault(Reads.ref(entry.key(), Keys.WORKLOADS), List.of());
        unplaced.addAll(WorkloadView.unplaced(entry, own, known));
      }
      return unplaced;
    }

    private List<Entry> wanted(ListQuery query) {
      return workloads.entries().stream()
          .filter(entry -> Reads.matches(Reads.ref(entry.key(), Keys.WORKLOADS), query))
          .filter(
              entry ->
                  query.labels().isEmpty()
                      || Reads.labelled(WorkloadView.of(entry, List.of(), known), query))
          .toList();
    }
  }

  /** An instance from the record of its assignment. */
  Instance instance(Entry entry) {
    var ref = Reads.ref(entry.key(), Keys.ASSIGNMENTS);
    var assignment = AssignmentCodec.assignment(entry);
    var heard = board.heard(assignment.id(), assignment.epoch());
    return InstanceView.of(
        new InstanceView.Owner(ref.namespace(), ref.name()),
        assignment,
        heard == null ? null : heard.fact().instance(),
        board.lostNodes().contains(assignment.node().uid()),
        entry.modIndex());
  }
}
