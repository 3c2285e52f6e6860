package dev.regrow.actors.control;

import dev.regrow.actors.control.WatchStream.Watched;
import dev.regrow.core.codec.RevisionCodec;
import dev.regrow.core.codec.WorkloadCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.Revision;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What a watch of a workload's revisions tells. A revision never changes, but which one is current
 * does: both that were and are it are told again then.
 */
final class WatchedRevisions implements Watched {

  private static final long UNKNOWN = -1;

  private final Store store;
  private final Reads reads;
  private final ListQuery query;
  private final WorkloadRef ref;
  private volatile long current = UNKNOWN;

  WatchedRevisions(Store store, Reads reads, ListQuery query) {
    this.store = store;
    this.reads = reads;
    this.query = query;
    ref = new WorkloadRef(query.namespace().orElseThrow(), query.workload().orElseThrow());
  }

  @Override
  public String prefix() {
    return Keys.revisions(ref.namespace(), ref.name());
  }

  @Override
  public CompletionStage<Listing<WatchEvent.Builder>> current() {
    return WatchedKinds.all(query, page -> reads.revisions(page, ReadPoint.LOCAL), this::told);
  }

  private WatchEvent.Builder told(Revision revision) {
    if (revision.getCurrent()) {
      current = revision.getRevision();
    }
    return WatchEvent.newBuilder().setType(WatchType.PUT).setRevision(revision);
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> changed(WatchListener.Change change) {
    var after = change.after();
    var before = change.before();
    if (after == null) {
      return currently()
          .thenApply(
              now -> before == null ? List.of() : List.of(event(WatchType.DELETE, before, now)));
    }
    return currently().thenApply(now -> List.of(event(WatchType.PUT, after, now)));
  }

  private WatchEvent.Builder event(WatchType type, Entry entry, long now) {
    boolean isCurrent = RevisionCodec.revision(entry).number() == now;
    return WatchEvent.newBuilder()
        .setType(type)
        .setRevision(RevisionCodec.shown(ref.namespace(), ref.name(), entry, isCurrent));
  }

  /** The number of the current one; UNKNOWN when the workload is gone. */
  private CompletionStage<Long> currently() {
    return store
        .range(RangeQuery.key(workload()))
        .thenApply(
            found ->
                found.entries().isEmpty()
                    ? UNKNOWN
                    : WorkloadCodec.workload(found.entries().get(0)).rollout().revision());
  }

  private String workload() {
    return Keys.workload(ref.namespace(), ref.name());
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> now(String key) {
    return currently().thenCompose(this::moved);
  }

  private CompletionStage<List<WatchEvent.Builder>> moved(long now) {
    long before = current;
    current = now;
    return store
        .range(RangeQuery.prefix(prefix()))
        .thenApply(
            all ->
                all.entries().stream()
                    .filter(entry -> before != now && isOneOf(entry, before, now))
                    .map(entry -> event(WatchType.PUT, entry, now))
                    .toList());
  }

  private static boolean isOneOf(Entry entry, long before, long now) {
    long number = RevisionCodec.revision(entry).number();
    return number == before || number == now;
  }

  @Override
  public Runnable listen(Consumer<String> keys) {
    var key = workload();
    var declared =
        store.watch(
            key,
            store.appliedIndex(),
            new WatchListener() {
              @Override
              public void onChanges(long index, List<Change> changes) {
                if (changes.stream().anyMatch(change -> change.key().equals(key))) {
                  keys.accept(key);
                }
              }

              @Override
              public void onGone(long oldestIndex) {
                // What is stored has a watch of its own, which ends loudly.
              }
            });
    keys.accept(key); // It may have moved since the list was read.
    return declared::close;
  }
}
