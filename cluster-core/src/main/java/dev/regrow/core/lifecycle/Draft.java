package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.End;
import dev.regrow.core.model.EventKey;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Occurrence;
import dev.regrow.core.model.PlaceKey;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Revision;
import dev.regrow.core.model.Template;
import dev.regrow.core.model.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The records as they will be, and the changes that lead there; lives only within one step. */
final class Draft {

  /** Events kept per workload; the oldest go when new ones are written. */
  static final int EVENTS_MAX = 200;

  /** Revisions kept per workload, besides those that are in use. */
  static final int REVISIONS_MAX = 100;

  private final Records before;
  final World world;
  private final NavigableMap<Long, Revision> revisions;
  private final NavigableMap<InstanceId, Assignment> assignments;
  private final NavigableMap<PlaceKey, NodeRef> places;
  private final List<Change> changes = new ArrayList<>();
  private final List<Occurrence> occurrences = new ArrayList<>();
  private @Nullable Workload workload;
  private boolean touched;
  private boolean declared;
  private boolean dropped;

  Draft(Records before, World world) {
    this.before = before;
    this.world = world;
    workload = before.workload();
    revisions = new TreeMap<>(before.revisions());
    assignments = new TreeMap<>(before.assignments());
    places = new TreeMap<>(before.places());
  }

  @Nullable Workload workload() {
    return workload;
  }

  /** The workload, where there surely is one. */
  Workload the() {
    if (workload == null) {
      throw new IllegalStateException("no workload in this draft");
    }
    return workload;
  }

  NavigableMap<Long, Revision> revisions() {
    return revisions;
  }

  NavigableMap<InstanceId, Assignment> assignments() {
    return assignments;
  }

  Template template() {
    var revision = revisions.get(the().rollout().revision());
    if (revision == null) {
      throw new IllegalStateException(
          "%s has no record of its revision %d".formatted(the().key(), the().rollout().revision()));
    }
    return revision.template();
  }

  /** Something declared changes: the ETag moves. */
  void declare(Workload next) {
    workload = next;
    touched = true;
    declared = true;
  }

  /** Something else of it changes: the ETag stays. */
  void progress(Workload next) {
    workload = next;
    touched = true;
  }

  void add(Revision revision) {
    revisions.put(revision.number(), revision);
    changes.add(new Change.PutRevision(revision));
    touched = true;
    trimRevisions();
  }

  private void trimRevisions() {
    for (var number : List.copyOf(revisions.keySet())) {
      if (revisions.size() <= REVISIONS_MAX) {
        return;
      }
      boolean used =
          number == the().rollout().rolledOut()
              || assignments.values().stream().anyMatch(a -> a.revision() == number);
      if (!used) {
        revisions.remove(number);
        changes.add(new Change.DropRevision(number));
      }
    }
  }

  NavigableMap<PlaceKey, NodeRef> places() {
    return places;
  }

  /** From then on the data of that slot is there, and nowhere else. */
  void place(PlaceKey key, NodeRef node) {
    places.put(key, node);
    changes.add(new Change.PutPlace(key, node));
    touched = true;
  }

  void assign(Assignment assignment) {
    assignments.put(assignment.id(), assignment);
    changes.add(new Change.PutAssignment(assignment));
    touched = true;
  }

  void stop(InstanceId id, String why) {
    assign(assignment(id).toStop(why));
  }

  void expire(InstanceId id, String why) {
    assign(assignment(id).toExpire(why));
  }

  void recordEnd(InstanceId id, End end) {
    assign(assignment(id).endedWith(end));
  }

  void strikeOff(InstanceId id) {
    var gone = assignment(id);
    assignments.remove(id);
    changes.add(new Change.DropAssignment(gone));
    touched = true;
  }

  private Assignment assignment(InstanceId id) {
    var assignment = assignments.get(id);
    if (assignment == null) {
      throw new IllegalStateException("no assignment of " + id);
    }
    return assignment;
  }

  void note(boolean warning, String reason, String message) {
    note(warning, "", "", "", reason, message);
  }

  void note(boolean warning, Assignment about, String reason, String message) {
    note(
        warning,
        about.id().value(),
        the().slotName(about.slot()),
        about.node().name(),
        reason,
        message);
  }

  void note(
      boolean warning, String instance, String slot, String node, String reason, String message) {
    write(new Occurrence(world.now().wallMillis(), warning, instance, slot, node, reason, message));
  }

  void write(Occurrence occurrence) {
    occurrences.add(occurrence);
  }

  /** The tombstone and all that belonged to the workload go. */
  void dropWorkload() {
    dropped = true;
    workload = null;
  }

  boolean isEmpty() {
    return !touched && !dropped && occurrences.isEmpty();
  }

  /** What is to be committed, in an order in which each change makes sense. */
  List<Change> changes() {
    var all = new ArrayList<Change>();
    addUses(all);
    if (dropped) {
      revisions.keySet().forEach(number -> all.add(new Change.DropRevision(number)));
      before.events().forEach(key -> all.add(new Change.DropEvent(key)));
      all.addAll(changes);
      all.add(new Change.DropWorkload());
      return all;
    }
    if (touched) {
      var put = declared ? the() : the().keepingItsIndex();
      all.add(new Change.PutWorkload(put, template()));
    }
    all.addAll(changes);
    addEvents(all);
    return all;
  }

  /** Who uses what is so from the commit on that makes it so. */
  private void addUses(List<Change> all) {
    var used = uses(before.workload(), before.revisions());
    var uses = uses(workload, revisions);
    for (var ref : used) {
      if (!uses.contains(ref)) {
        all.add(new Change.DropUse(ref));
      }
    }
    for (var ref : uses) {
      if (!used.contains(ref)) {
        all.add(new Change.PutUse(ref));
      }
    }
  }

  private static Set<ContentRef> uses(
      @Nullable Workload workload, NavigableMap<Long, Revision> revisions) {
    if (workload == null || workload.deleted()) {
      return Set.of();
    }
    var current = revisions.get(workload.rollout().revision());
    return current == null ? Set.of() : current.template().uses();
  }

  private void addEvents(List<Change> all) {
    var keys = new TreeSet<>(before.events());
    var written = new ArrayList<Change>();
    for (var occurrence : occurrences) {
      var last = keys.isEmpty() ? new EventKey(0, 0) : keys.last();
      var key = last.next(occurrence.timeMillis());
      keys.add(key);
      written.add(new Change.PutEvent(key, occurrence));
    }
    while (keys.size() > EVENTS_MAX) {
      var oldest = keys.pollFirst();
      if (!written.removeIf(c -> c instanceof Change.PutEvent put && put.key().equals(oldest))) {
        all.add(new Change.DropEvent(oldest));
      }
    }
    all.addAll(written);
  }
}
