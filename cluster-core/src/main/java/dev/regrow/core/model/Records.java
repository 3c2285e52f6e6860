package dev.regrow.core.model;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of one workload.
 *
 * @param places where the data of its slots is; this outlives the workload
 * @param index the store's index that this was read at or last committed at
 */
public record Records(
    @Nullable Workload workload,
    NavigableMap<Long, Revision> revisions,
    NavigableMap<InstanceId, Assignment> assignments,
    NavigableSet<EventKey> events,
    NavigableMap<PlaceKey, NodeRef> places,
    long index) {

  public Records {
    revisions = Collections.unmodifiableNavigableMap(new TreeMap<>(revisions));
    assignments = Collections.unmodifiableNavigableMap(new TreeMap<>(assignments));
    events = Collections.unmodifiableNavigableSet(new TreeSet<>(events));
    places = Collections.unmodifiableNavigableMap(new TreeMap<>(places));
  }

  public static Records none(long index) {
    return new Records(
        null, new TreeMap<>(), new TreeMap<>(), new TreeSet<>(), new TreeMap<>(), index);
  }

  /** The revision that the workload moves to. */
  public @Nullable Revision current() {
    return workload == null ? null : revisions.get(workload.rollout().revision());
  }

  /** The records after {@code changes} were committed at {@code index}. */
  public Records after(List<Change> changes, long index) {
    var next = new Edit(this);
    changes.forEach(change -> next.apply(change, index));
    return new Records(
        next.workload, next.revisions, next.assignments, next.events, next.places, index);
  }

  private static final class Edit {
    private @Nullable Workload workload;
    private final NavigableMap<Long, Revision> revisions;
    private final NavigableMap<InstanceId, Assignment> assignments;
    private final NavigableSet<EventKey> events;
    private final NavigableMap<PlaceKey, NodeRef> places;

    Edit(Records records) {
      workload = records.workload;
      revisions = new TreeMap<>(records.revisions);
      assignments = new TreeMap<>(records.assignments);
      events = new TreeSet<>(records.events);
      places = new TreeMap<>(records.places);
    }

    void apply(Change change, long index) {
      if (change instanceof Change.PutWorkload put) {
        workload = put.workload().storedAt(index);
      } else if (change instanceof Change.PutRevision put) {
        revisions.put(put.revision().number(), put.revision());
      } else if (change instanceof Change.DropRevision drop) {
        revisions.remove(drop.number());
      } else if (change instanceof Change.PutAssignment put) {
        var assignment = put.assignment();
        assignments.put(
            assignment.id(), assignment.epoch() == 0 ? assignment.madeAt(index) : assignment);
      } else if (change instanceof Change.DropAssignment drop) {
        assignments.remove(drop.assignment().id());
      } else if (change instanceof Change.PutPlace put) {
        places.put(put.key(), put.node());
      } else if (change instanceof Change.PutEvent put) {
        events.add(put.key());
      } else if (change instanceof Change.DropEvent drop) {
        events.remove(drop.key());
      } else if (change instanceof Change.DropWorkload) {
        workload = null;
      }
    }
  }
}
