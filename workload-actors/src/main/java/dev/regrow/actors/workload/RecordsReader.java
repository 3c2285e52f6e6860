package dev.regrow.actors.workload;

import dev.regrow.core.codec.RecordsCodec;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads all records of one workload as they were together. */
public final class RecordsReader {

  private static final int TRIES = 5;

  private final Store store;

  public RecordsReader(Store store) {
    this.store = store;
  }

  /** Linearizable. Fails with a {@link dev.regrow.core.store.StoreException}. */
  public CompletionStage<Records> read(String namespace, String name) {
    return read(namespace, name, TRIES);
  }

  private CompletionStage<Records> read(String namespace, String name, int tries) {
    var key = RangeQuery.key(Keys.workload(namespace, name));
    return store
        .range(key.linearizable())
        .thenCompose(first -> read(namespace, name, first))
        .thenCompose(
            read ->
                // Every decision rewrites the workload's record: unchanged, so was all of it.
                read.settled() || tries <= 1
                    ? CompletableFuture.completedStage(read.records())
                    : read(namespace, name, tries - 1));
  }

  private record Read(Records records, boolean settled) {}

  private CompletionStage<Read> read(String namespace, String name, RangeResult first) {
    long index = first.index();
    var revisions = range(Keys.revisions(namespace, name), index).toCompletableFuture();
    var assignments = range(Keys.assignments(namespace, name), index).toCompletableFuture();
    var events = range(Keys.events(namespace, name), index).toCompletableFuture();
    var places = range(Keys.places(namespace, name), index).toCompletableFuture();
    var key = RangeQuery.key(Keys.workload(namespace, name)).atLeast(index);
    return CompletableFuture.allOf(revisions, assignments, events, places)
        .thenCompose(all -> store.range(key))
        .thenApply(
            last -> {
              var workload = only(first);
              return new Read(
                  RecordsCodec.records(
                      workload,
                      revisions.join().entries(),
                      assignments.join().entries(),
                      events.join().entries(),
                      places.join().entries(),
                      index),
                  modIndex(workload) == modIndex(only(last)));
            });
  }

  private CompletionStage<RangeResult> range(String prefix, long index) {
    return store.range(RangeQuery.prefix(prefix).atLeast(index));
  }

  private static @Nullable Entry only(RangeResult result) {
    List<Entry> entries = result.entries();
    return entries.isEmpty() ? null : entries.get(0);
  }

  private static long modIndex(@Nullable Entry entry) {
    return entry == null ? 0 : entry.modIndex();
  }
}
