package dev.regrow.core.store.raft;

import dev.regrow.core.disk.SpaceGuard;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Replica;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store on the disks of a Raft group, of which this is one server.
 *
 * <p>A commit is encoded, batched with others by the {@link Proposer} into one log entry, fsynced,
 * applied to the {@link Replica} by the {@link StoreMachine}, and then acknowledged. Reads and
 * watches are answered by the replica.
 */
public final class RaftStore implements Store {

  private static final int REPLY_THREADS = 2;
  private static final long WAITING_BYTES_MAX = 64L << 20;

  private final RaftStoreConfig config;
  private final Replica replica;
  private final RaftKeeper keeper;
  private final Proposer proposer;
  private final SpaceGuard space;
  private final ExecutorService dispatch;
  private final ScheduledExecutorService scheduler;
  private volatile boolean closed;

  private RaftStore(
      RaftStoreConfig config,
      Replica replica,
      RaftKeeper keeper,
      SpaceGuard space,
      ExecutorService dispatch,
      ScheduledExecutorService scheduler) {
    this.config = config;
    this.replica = replica;
    this.keeper = keeper;
    this.space = space;
    this.dispatch = dispatch;
    this.scheduler = scheduler;
    var limits =
        new Proposer.Limits(
            config.tuning().txnBytesMax(),
            WAITING_BYTES_MAX,
            config.tuning().commitPatience(),
            java.time.Duration.ofMillis(20));
    this.proposer = new Proposer(keeper, limits, scheduler, dispatch);
  }

  /**
   * Opens the store in its directory, forming a group of one if the directory is new; returns once
   * all that was ever acknowledged here is readable and writes are accepted.
   *
   * @throws IOException if the disk, the address or the data do not allow it; the message says what
   *     helps
   */
  public static RaftStore open(RaftStoreConfig config) throws IOException {
    new StoreDirectory(config.directory()).make();
    long total = Files.getFileStore(config.directory()).getTotalSpace();
    return open(config, SpaceGuard.Limits.forDisk(total));
  }

  /** The same, with other limits of disk space than the disk's size suggests. */
  static RaftStore open(RaftStoreConfig config, SpaceGuard.Limits limits) throws IOException {
    var directory = new StoreDirectory(config.directory());
    directory.make();
    var space = new SpaceGuard(directory.ballast(), limits);
    ExecutorService dispatch = Executors.newFixedThreadPool(REPLY_THREADS, threads("store-reply"));
    var scheduler = Executors.newSingleThreadScheduledExecutor(threads("store-proposer"));
    var replica = new Replica(config.tuning().history(), dispatch);
    var keeper = new RaftKeeper(config, directory, new AppliedState(replica), space);
    try {
      keeper.start();
    } catch (IOException | RuntimeException failed) {
      keeper.close();
      dispatch.shutdown();
      scheduler.shutdown();
      throw failed;
    }
    return new RaftStore(config, replica, keeper, space, dispatch, scheduler);
  }

  @Override
  public CompletionStage<TxnResult> commit(Txn txn) {
    Keyspace.check(txn);
    var encoded = Commands.encode(txn);
    if (encoded.getSerializedSize() > config.tuning().txnBytesMax()) {
      return CompletableFuture.failedFuture(
          new StoreException(
              Kind.TOO_LARGE,
              "a transaction of %d bytes is more than the store takes at once (%d); make it smaller or split it"
                  .formatted(encoded.getSerializedSize(), config.tuning().txnBytesMax())));
    }
    SpaceGuard.Level level = space.level();
    if (level != SpaceGuard.Level.AMPLE && !(level == SpaceGuard.Level.SCARCE && shrinks(txn))) {
      return CompletableFuture.failedFuture(new StoreException(Kind.DISK_FULL, keeper.diskFull()));
    }
    return proposer.submit(encoded);
  }

  private boolean shrinks(Txn txn) {
    return replica.read(state -> Keyspace.shrinks(txn, state));
  }

  @Override
  public CompletionStage<RangeResult> range(RangeQuery query) {
    if (closed) {
      return CompletableFuture.failedFuture(new StoreException(Kind.CLOSED, "the store is closed"));
    }
    var patience = config.tuning().readPatience();
    if (!query.consistent()) {
      return replica.range(query, patience);
    }
    return keeper
        .catchUp()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .thenComposeAsync(reached -> replica.range(query, patience), dispatch);
  }

  @Override
  public Watch watch(String prefix, long afterIndex, WatchListener listener) {
    return replica.watch(prefix, afterIndex, listener);
  }

  @Override
  public long appliedIndex() {
    return replica.index();
  }

  @Override
  public Health health() {
    String trouble = closed ? "the store is closed" : keeper.trouble();
    return new Health(
        trouble.isEmpty(),
        trouble.isEmpty() ? "writes are accepted" : trouble,
        keeper.isLeader(),
        replica.read(StoreState::size),
        keeper.snapshotIndex());
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    proposer.close();
    keeper.close();
    replica.close();
    scheduler.shutdown();
    dispatch.shutdown();
  }

  RaftKeeper keeper() {
    return keeper;
  }

  static ThreadFactory threads(String name) {
    var count = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
