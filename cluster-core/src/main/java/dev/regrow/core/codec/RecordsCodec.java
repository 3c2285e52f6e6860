package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.EventKey;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Revision;
import dev.regrow.core.model.Workload;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.Txn.Condition;
import dev.regrow.core.store.Txn.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All records of one workload, and transactions that change them. */
public final class RecordsCodec {

  private RecordsCodec() {}

  /**
   * Puts together what was read of one workload.
   *
   * @param workload its record, if there is one
   * @param index the store's index that all of this was read at
   */
  public static Records records(
      @Nullable Entry workload,
      List<Entry> revisions,
      List<Entry> assignments,
      List<Entry> events,
      List<Entry> places,
      long index) {
    var byNumber = new TreeMap<Long, Revision>();
    revisions.stream().map(RevisionCodec::revision).forEach(r -> byNumber.put(r.number(), r));
    var byId = new TreeMap<InstanceId, Assignment>();
    assignments.stream().map(AssignmentCodec::assignment).forEach(a -> byId.put(a.id(), a));
    var keys = new TreeSet<EventKey>();
    events.forEach(event -> keys.add(EventCodec.key(event.key())));
    return new Records(
        workload == null ? null : WorkloadCodec.workload(workload),
        byNumber,
        byId,
        keys,
        PlaceCodec.places(places),
        index);
  }

  /**
   * The transaction that makes these changes if the workload's record is still that of {@code
   * modIndex}; 0: if there is none.
   */
  public static Txn txn(String namespace, String name, long modIndex, List<Change> changes) {
    var key = Keys.workload(namespace, name);
    var condition =
        modIndex == 0 ? new Condition.Absent(key) : new Condition.ChangedAt(key, modIndex);
    // A transaction writes each key once: the last change of a record is what counts.
    var writes = new LinkedHashMap<String, Write>();
    for (var change : changes) {
      add(writes, new At(namespace, name), change);
    }
    return new Txn(List.of(condition), new ArrayList<>(writes.values()));
  }

  private record At(String namespace, String name) {}

  private static void add(Map<String, Write> writes, At at, Change change) {
    if (change instanceof Change.PutWorkload put) {
      var stored = WorkloadCodec.stored(put.workload(), put.template());
      put(writes, Keys.workload(at.namespace, at.name), Bytes.stored(stored));
    } else if (change instanceof Change.DropWorkload) {
      delete(writes, Keys.workload(at.namespace, at.name));
    } else if (change instanceof Change.PutRevision put) {
      var revision = put.revision();
      put(
          writes,
          Keys.revision(at.namespace, at.name, revision.number()),
          Bytes.stored(RevisionCodec.stored(revision)));
    } else if (change instanceof Change.DropRevision drop) {
      delete(writes, Keys.revision(at.namespace, at.name, drop.number()));
    } else if (change instanceof Change.PutAssignment put) {
      var stored = AssignmentCodec.stored(put.assignment(), at.name);
      put(writes, key(at, put.assignment()), Bytes.stored(stored));
      put(
          writes,
          indexKey(at, put.assignment()),
          Bytes.stored(AssignmentCodec.ofNode(put.assignment())));
    } else if (change instanceof Change.DropAssignment drop) {
      delete(writes, key(at, drop.assignment()));
      delete(writes, indexKey(at, drop.assignment()));
    } else if (change instanceof Change.PutPlace put) {
      var stored = PlaceCodec.stored(at.name, put.key(), put.node());
      put(
          writes,
          Keys.place(at.namespace, at.name, put.key().volume(), put.key().slot()),
          Bytes.stored(stored));
      put(
          writes,
          Keys.nodeVolume(
              put.node().uid(), at.namespace, put.key().volume(), PlaceCodec.slotName(stored)),
          Bytes.stored(stored));
    } else if (change instanceof Change.PutUse put) {
      put(writes, useKey(at, put.ref()), ByteString.EMPTY);
    } else if (change instanceof Change.DropUse drop) {
      delete(writes, useKey(at, drop.ref()));
    } else if (change instanceof Change.PutEvent event) {
      var stored = EventCodec.stored(at.namespace, at.name, event.key(), event.occurrence());
      put(writes, eventKey(at, event.key()), Bytes.stored(stored));
    } else if (change instanceof Change.DropEvent drop) {
      delete(writes, eventKey(at, drop.key()));
    }
  }

  private static void put(Map<String, Write> writes, String key, ByteString value) {
    writes.put(key, new Write.Put(key, value));
  }

  private static void delete(Map<String, Write> writes, String key) {
    writes.put(key, new Write.Delete(key));
  }

  private static String key(At at, Assignment assignment) {
    return Keys.assignment(at.namespace, at.name, assignment.id().value());
  }

  private static String indexKey(At at, Assignment assignment) {
    return Keys.nodeAssignment(
        assignment.node().uid(), at.namespace, at.name, assignment.id().value());
  }

  private static String useKey(At at, ContentRef ref) {
    return Keys.user(at.namespace, ref.path(), at.name);
  }

  private static String eventKey(At at, EventKey key) {
    return Keys.event(at.namespace, at.name, key.timeMillis(), key.sequence());
  }

  /** The workload as the API shows it, its status aside. */
  public static dev.regrow.v1.Workload shown(Records records) {
    var workload = records.workload();
    var revision = records.current();
    if (workload == null || revision == null) {
      throw new IllegalArgumentException("nothing to show: no workload or no revision");
    }
    return shown(workload, revision);
  }

  private static dev.regrow.v1.Workload shown(Workload workload, Revision revision) {
    return WorkloadCodec.declared(workload.rest(), workload.replicas(), revision.template())
        .toBuilder()
        .setUid(workload.uid())
        .setRevision(workload.rollout().revision())
        .setIndex(workload.index())
        .build();
  }
}
