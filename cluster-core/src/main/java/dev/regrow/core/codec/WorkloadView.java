package dev.regrow.core.codec;

import dev.regrow.core.lifecycle.Leaving;
import dev.regrow.core.lifecycle.StatusOf;
import dev.regrow.core.lifecycle.World;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Revision;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.Instance;
import dev.regrow.v1.StoredWorkload;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A workload as the API shows it, with its status. */
public final class WorkloadView {

  private WorkloadView() {}

  /** What is known besides the records. */
  public record Known(
      Function<dev.regrow.core.model.Assignment, @Nullable Live> live,
      Set<String> lostNodes,
      World world) {}

  /** From its record and those of its assignments. */
  public static Workload of(Entry entry, List<Entry> assignments, Known known) {
    return of(records(entry, assignments), known);
  }

  /**
   * What is stored of a workload as far as its status needs it: its present template is in its own
   * record too.
   */
  public static Records records(Entry entry, List<Entry> assignments) {
    var stored = Bytes.parse(StoredWorkload.parser(), entry.value(), entry.key());
    var records =
        RecordsCodec.records(entry, List.of(), assignments, List.of(), List.of(), entry.modIndex());
    var revisions = new TreeMap<Long, Revision>();
    var instance = stored.getDeclared().getInstance();
    var seen = ContentsCodec.contents(stored.getSeenList());
    // Not what the revision has, which is in its own record, but what was last looked at.
    ContentsCodec.refs(instance).forEach(ref -> seen.putIfAbsent(ref, ""));
    var template = DeclaredCodec.template(instance, "", seen, "");
    revisions.put(
        stored.getRevision(),
        new Revision(
            stored.getRevision(),
            template,
            0,
            "",
            stored.getSchemaVersion(),
            dev.regrow.core.model.Opaque.EMPTY));
    return new Records(
        records.workload(),
        revisions,
        records.assignments(),
        records.events(),
        records.places(),
        records.index());
  }

  public static Workload of(Records records, Known known) {
    var workload = records.workload();
    if (workload == null) {
      throw new IllegalArgumentException("there is no workload to show");
    }
    var status =
        StatusOf.of(workload, records, live(records, known), known.lostNodes(), known.world());
    return RecordsCodec.shown(records).toBuilder().setStatus(StatusCodec.shown(status)).build();
  }

  /** The slots of a workload that no node has room for, as instances that are pending. */
  public static List<Instance> unplaced(Entry entry, List<Entry> assignments, Known known) {
    var records = records(entry, assignments);
    var workload = records.workload();
    if (workload == null) {
      throw new IllegalArgumentException("there is no workload at " + entry.key());
    }
    var owner = new InstanceView.Owner(workload.namespace(), workload.name());
    long revision = workload.rollout().revision();
    var unplaced =
        StatusOf.unplaced(
            workload, records, live(records, known), known.lostNodes(), known.world());
    return unplaced.entrySet().stream()
        .map(
            slot ->
                InstanceView.unplaced(
                    owner,
                    workload.slotName(slot.getKey()),
                    revision,
                    slot.getValue(),
                    entry.modIndex()))
        .toList();
  }

  /** What its instances on a node that is being drained wait for, by slot. */
  public static SortedMap<String, String> leaving(
      Entry entry, List<Entry> assignments, Known known, String nodeUid) {
    var records = records(entry, assignments);
    var workload = records.workload();
    if (workload == null) {
      throw new IllegalArgumentException("there is no workload at " + entry.key());
    }
    return Leaving.waits(workload, records, live(records, known), known.world(), nodeUid);
  }

  private static Map<InstanceId, Live> live(Records records, Known known) {
    Map<InstanceId, Live> live = new TreeMap<>();
    for (var assignment : records.assignments().values()) {
      var heard = known.live().apply(assignment);
      if (heard != null) {
        live.put(assignment.id(), heard);
      }
    }
    return live;
  }
}
