package dev.regrow.core.store.raft;

import dev.regrow.core.disk.SpaceGuard;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StorePeer;
import dev.regrow.v1.StoreTxn;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the Raft server running: Ratis closes its part of the group for good when the disk refuses
 * a write, so a full disk would outlive its filling. This starts it again in place, loudly.
 *
 * <pre>
 * RUNNING ── disk full, or closed by Ratis ──▶ RESTARTING ── started, with space ──▶ RUNNING
 *    └────── the log failed otherwise, or is damaged ──▶ FAILED (until the process is started again)
 * any ── close ──▶ CLOSED
 * </pre>
 */
final class RaftKeeper implements Proposer.Log, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RaftKeeper.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Asking the file system costs more than all else that the store does when it is idle. */
  private static final Duration LOOK_FOR_SPACE = Duration.ofSeconds(15);

  enum Phase {
    RUNNING,
    RESTARTING,
    FAILED,
    CLOSED
  }

  private final RaftStoreConfig config;
  private final StoreDirectory directory;
  private final AppliedState state;
  private final SpaceGuard space;
  private final ScheduledExecutorService monitor =
      Executors.newSingleThreadScheduledExecutor(RaftStore.threads("store-keeper"));
  private volatile Phase phase = Phase.RESTARTING;
  private volatile @Nullable RaftNode node;
  private @Nullable FileChannel lock;
  private volatile String cause = "the store is starting";

  RaftKeeper(
      RaftStoreConfig config, StoreDirectory directory, AppliedState state, SpaceGuard space) {
    this.config = config;
    this.directory = directory;
    this.state = state;
    this.space = space;
  }

  /** The first start: forms the group if it is new. */
  void start() throws IOException {
    lock = directory.lock(); // Before anything is looked at: a running node's log is never cut.
    StorePeer peer = directory.peer(config.identity().clusterId());
    launch(peer, directory.prepare(peer));
    if (!peer.getFormed()) {
      directory.formed(peer);
    }
    var unusedLook =
        monitor.scheduleWithFixedDelay(
            this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    var unusedReserve =
        monitor.scheduleWithFixedDelay(
            this::reserveSpace, 0, LOOK_FOR_SPACE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void launch(StorePeer peer, StoreDirectory.Start how) throws IOException {
    if (how == StoreDirectory.Start.RECOVER) {
      LogCheck.check(directory.group(peer), state.applied().getIndex());
    }
    var policy =
        new SnapshotTaker.Policy(
            config.tuning().snapshotEntries(),
            config.tuning().snapshotBytes(),
            space.limits().ballast());
    var machine = new StoreMachine(state, policy, this::failed);
    RaftNode started = RaftNode.start(config, directory, peer, how, machine);
    node = started;
    started.awaitReady(config.tuning().startPatience());
    cause = "";
    phase = Phase.RUNNING;
  }

  /** From Ratis' threads: notes why, and lets the monitor act. */
  private void failed(Throwable failure) {
    if (phase != Phase.RUNNING) {
      return;
    }
    if (isDiskFull(failure)) {
      phase = Phase.RESTARTING;
      cause = diskFull();
      space.releaseBallast();
    } else {
      phase = Phase.FAILED;
      cause =
          "the store cannot go on: %s; repair the disk of %s, then start the node again"
              .formatted(messages(failure), directory.root());
    }
    LOG.error("writes are refused: {}", cause, failure);
    monitor.execute(this::look);
  }

  /** Ratis gave up although nobody refused it a write, as after a long pause of the process. */
  private void closedByRaft() {
    phase = Phase.RESTARTING;
    cause = "the store's Raft server closed itself and is being started again";
    LOG.error("writes are refused: {}", cause);
    restart();
  }

  private void look() {
    RaftNode current = node;
    switch (phase) {
      case RUNNING -> {
        if (current != null && !current.isAlive()) {
          closedByRaft();
        }
      }
      case RESTARTING -> restart();
      case FAILED, CLOSED -> {}
    }
  }

  private void reserveSpace() {
    if (phase == Phase.RUNNING) {
      space.restoreBallast();
    }
  }

  private void restart() {
    RaftNode old = node;
    if (old != null) {
      old.close();
      node = null;
    }
    if (space.level() == SpaceGuard.Level.EXHAUSTED) {
      cause = diskFull();
      return; // The next look comes in a second.
    }
    try {
      StorePeer peer = directory.peer(config.identity().clusterId());
      launch(peer, StoreDirectory.Start.RECOVER);
      LOG.warn("the store's Raft server was started again in place; writes are accepted");
    } catch (Damaged damaged) {
      phase = Phase.FAILED;
      cause = String.valueOf(damaged.getMessage());
      LOG.error("the store cannot be started again in place", damaged);
    } catch (IOException | RuntimeException failed) {
      cause = "the store is being started again: " + messages(failed);
      LOG.warn("the store's Raft server could not be started again yet: {}", messages(failed));
    }
  }

  static boolean isDiskFull(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String message = at.getMessage();
      if (message != null
          && (message.contains("No space left on device")
              || message.contains("Disk quota exceeded"))) {
        return true;
      }
    }
    return false;
  }

  private static String messages(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == failure
        ? String.valueOf(failure.getMessage())
        : failure.getMessage() + ": " + root.getMessage();
  }

  /** What people are told when there is no room. */
  String diskFull() {
    return "the disk of %s is full (%d MiB free, %d MiB are wanted); free some space, writes are then accepted again by themselves"
        .formatted(
            directory.root(), space.freeBytes() >> 20, (space.limits().floor() * 9 / 8) >> 20);
  }

  /** Why writes are refused; empty: they are not. */
  String trouble() {
    if (phase != Phase.RUNNING) {
      return cause;
    }
    if (space.level() != SpaceGuard.Level.AMPLE) {
      return diskFull();
    }
    RaftNode current = node;
    return current != null && current.isReady() ? "" : "no leader is known at the moment";
  }

  @Override
  public CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId) {
    RaftNode current = node;
    return current == null || phase != Phase.RUNNING
        ? CompletableFuture.failedFuture(new Proposer.NotProposed(cause))
        : current.propose(txns, callId);
  }

  CompletableFuture<Void> catchUp() {
    RaftNode current = node;
    return current == null
        ? CompletableFuture.failedFuture(
            new dev.regrow.core.store.StoreException(
                dev.regrow.core.store.StoreException.Kind.NO_MAJORITY, cause))
        : current.catchUp();
  }

  /** What runs now, if it does. */
  @Nullable RaftNode current() {
    return node;
  }

  boolean isLeader() {
    RaftNode current = node;
    return current != null && current.isLeader();
  }

  long snapshotIndex() {
    RaftNode current = node;
    return current == null ? 0 : current.snapshotIndex();
  }

  @Override
  public void close() {
    phase = Phase.CLOSED;
    cause = "the store is closed";
    monitor.shutdown();
    RaftNode current = node;
    if (current != null) {
      current.close();
    }
    unlock();
  }

  private void unlock() {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException failed) {
      LOG.warn("the lock of {} was not released: {}", directory.root(), failed.getMessage());
    }
  }
}
