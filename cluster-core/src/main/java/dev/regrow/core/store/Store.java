package dev.regrow.core.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The one arbiter: transactions over several keys, range reads and watches, all by one cluster-wide
 * monotonic index.
 *
 * <p>Keys are strings of printable ASCII, ordered by their bytes; values are Protobuf messages,
 * opaque here. The port stays this small so that another database can stand behind it.
 *
 * <p>All methods are thread-safe and return at once. Stages fail with a {@link StoreException}.
 */
public interface Store extends AutoCloseable {

  /**
   * Applies all writes at one index if every condition holds, else nothing. Completes once the
   * writes are on the disks of a majority.
   */
  CompletionStage<TxnResult> commit(Txn txn);

  /** Reads one consistent view of a range of keys. */
  CompletionStage<RangeResult> range(RangeQuery query);

  /**
   * Tells {@code listener} every change of keys that start with {@code prefix}, in index order,
   * each once, beginning with the first change after {@code afterIndex}.
   *
   * <p>An index older than the store remembers ends the watch with {@link
   * WatchListener#onGone(long)}. Calls to one listener never overlap; a listener must not block.
   */
  Watch watch(String prefix, long afterIndex, WatchListener listener);

  /** The index of the last change that this replica has applied; 0 before the first. */
  long appliedIndex();

  /** Whether writes are accepted, and if not, why and what helps. */
  Health health();

  /**
   * Completes, with why and what helps, once the cluster says that this node was removed from it
   * for good; never where there are no others.
   */
  default CompletionStage<String> expelled() {
    return new CompletableFuture<>();
  }

  /**
   * Completes, with why and what helps, once what is stored can only be read by a newer release
   * than this one; never where nothing is stored.
   */
  default CompletionStage<String> outgrown() {
    return new CompletableFuture<>();
  }

  /**
   * Completes once the store's group has let go of this server, and the others have said so since:
   * opened again it joins anew, unless it is {@link #expelled}. Never for a store that only asks
   * others.
   */
  default CompletionStage<Void> letGo() {
    return new CompletableFuture<>();
  }

  /** Hands leadership over where it can, flushes and stops. Idempotent. */
  @Override
  void close();

  /** A running watch. */
  interface Watch extends AutoCloseable {
    /** Ends the watch; no call starts after this returns. Idempotent. */
    @Override
    void close();
  }

  /** What is wrong with what this node keeps of the store, each a sentence; usually nothing. */
  default List<String> troubles() {
    return List.of();
  }

  /** State of the store for people and probes. */
  record Health(boolean writable, String message, boolean leader, long keys, long snapshotIndex) {}
}
