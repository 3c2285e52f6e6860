package dev.regrow.gateway.testing;

import dev.regrow.actors.control.ListQuery;
import dev.regrow.actors.control.Listing;
import dev.regrow.actors.control.Precondition;
import dev.regrow.actors.control.Refusal;
import dev.regrow.actors.control.WorkloadRef;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the fake cluster keeps: workloads, their revisions, and the index. Not thread-safe. */
final class FakeWorkloads {

  private final Map<String, Workload> workloads = new TreeMap<>();
  private final Map<String, List<Revision>> revisions = new HashMap<>();
  private long index = 10;

  long index() {
    return index;
  }

  Map<String, Workload> all() {
    return Map.copyOf(workloads);
  }

  @Nullable Workload find(WorkloadRef ref) {
    return workloads.get(ref.toString());
  }

  Workload found(WorkloadRef ref) {
    var found = find(ref);
    if (found == null) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "there is no workload " + ref);
    }
    return found;
  }

  /** As {@link #found}, if the precondition holds. */
  Workload found(WorkloadRef ref, Precondition precondition) {
    var found = found(ref);
    check(ref, found, precondition);
    return found;
  }

  static void check(WorkloadRef ref, @Nullable Workload found, Precondition precondition) {
    boolean holds =
        precondition instanceof Precondition.None
            || (precondition instanceof Precondition.Absent && found == null)
            || (precondition instanceof Precondition.IndexIs wanted
                && found != null
                && found.getIndex() == wanted.index());
    if (!holds) {
      throw new Refusal(Refusal.Kind.STALE, "workload " + ref + " changed meanwhile");
    }
  }

  Workload put(WorkloadRef ref, @Nullable Workload before, Workload declared) {
    boolean rolls = before == null || !before.getInstance().equals(declared.getInstance());
    long revision = (before == null ? 0 : before.getRevision()) + (rolls ? 1 : 0);
    var after = FakeViews.ready(declared, revision, ++index);
    workloads.put(ref.toString(), after);
    if (rolls) {
      revisions
          .computeIfAbsent(ref.toString(), key -> new ArrayList<>())
          .add(0, FakeViews.revision(after));
    }
    return after;
  }

  Workload remove(WorkloadRef ref, Workload before) {
    workloads.remove(ref.toString());
    return FakeViews.stopping(before, ++index);
  }

  /** Newest first. */
  List<Revision> revisions(WorkloadRef ref) {
    return revisions.getOrDefault(ref.toString(), List.of());
  }

  List<Workload> matching(ListQuery query) {
    return workloads.values().stream()
        .filter(one -> query.namespace().map(one.getNamespace()::equals).orElse(true))
        .filter(one -> query.workload().map(one.getName()::equals).orElse(true))
        .filter(one -> one.getLabelsMap().entrySet().containsAll(query.labels().entrySet()))
        .toList();
  }

  <T> Listing<T> page(ListQuery query, List<T> items) {
    int from = query.next().isEmpty() ? 0 : offset(query.next(), items.size());
    int to = Math.min(items.size(), from + query.limit());
    return new Listing<>(
        items.subList(from, to), index, to < items.size() ? Integer.toString(to) : "");
  }

  private static int offset(String next, int size) {
    if (!next.matches("\\d{1,6}") || Integer.parseInt(next) > size) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, "continue=" + next + " was not given by a list");
    }
    return Integer.parseInt(next);
  }
}
