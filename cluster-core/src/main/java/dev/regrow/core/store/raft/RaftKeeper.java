package dev.regrow.core.store.raft;

import dev.regrow.core.disk.DiskFull;
import dev.regrow.core.disk.SpaceGuard;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StorePeer;
import dev.regrow.v1.StoreTxn;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
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
 * damaged at the start ──▶ DAMAGED ── the others go on without it ──▶ RESTARTING (as a new member)
 * RUNNING ── the group let go of this server ──▶ REMOVED (until it is opened again)
 * any ── close ──▶ CLOSED
 * </pre>
 */
final class RaftKeeper implements Proposer.Log, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RaftKeeper.class);

  /**
   * On a full disk Ratis' first act, to note its term, leaves an empty file in place of the old.
   */
  private static final long START_BYTES = 1 << 20;

  private static final Duration RESTART_PATIENCE = Duration.ofSeconds(3);

  /** Asking the file system costs more than all else that the store does when it is idle. */
  private static final Duration LOOK_FOR_SPACE = Duration.ofSeconds(15);

  enum Phase {
    RUNNING,
    RESTARTING,
    DAMAGED,
    FAILED,
    REMOVED,
    CLOSED
  }

  private final RaftStoreConfig config;
  private final StoreDirectory directory;
  private final AppliedState state;
  private final SpaceGuard space;
  private final Seat seat;
  private final Lookout lookout = new Lookout(this::look);
  private final LogReach reach;
  private volatile Phase phase = Phase.RESTARTING;
  private volatile @Nullable RaftNode node;

  private final LastPromise promise = new LastPromise();
  private volatile @Nullable Throwable failedStart;
  private volatile @Nullable StorePeer peer;
  private Duration restartPatience = RESTART_PATIENCE;
  private @Nullable FileChannel lock;
  private Runnable onNews = () -> {};
  private final CompletableFuture<String> outgrown = new CompletableFuture<>();
  private final CompletableFuture<Void> letGo = new CompletableFuture<>();
  private volatile String cause = "the store is starting";
  private Supplier<ServerServiceDefinition> service =
      () -> {
        throw new IllegalStateException("the store was not started");
      };

  /**
   * @param seat this server's place in the group
   */
  RaftKeeper(
      RaftStoreConfig config,
      StoreDirectory directory,
      AppliedState state,
      SpaceGuard space,
      Seat seat) {
    this.seat = seat;
    this.reach = new LogReach(directory.pace());
    this.config = config;
    this.directory = directory;
    this.state = state;
    this.space = space;
  }

  /**
   * The first start: forms the group, joins it, or goes on.
   *
   * @param service what is served beside Raft
   * @param onNews runs when the leader or the group may have changed; must not block
   */
  void start(Supplier<ServerServiceDefinition> service, Runnable onNews) throws IOException {
    this.service = service;
    this.onNews = onNews;
    lock = directory.lock(); // Before anything is looked at: a running node's log is never cut.
    try {
      begin();
    } catch (Damaged damaged) {
      RaftNode broken = node;
      if (broken != null) {
        broken.close();
        node = null;
      }
      if (!seat.hasContacts()) {
        throw damaged;
      }
      enter(Phase.DAMAGED);
      cause =
          "this server neither votes nor leads, since %s; a majority of %s must go on without it, then they fill it again"
              .formatted(damaged.what(), String.join(", ", seat.servers()));
      LOG.error("{}", cause);
    }
    lookout.begin();
    lookout.every(LOOK_FOR_SPACE, this::reserveSpace);
  }

  private void begin() throws IOException {
    StorePeer known = name();
    boolean founder = seat.mayFound();
    if (!known.getFormed() && !founder && directory.isMember(known)) {
      known = directory.formed(known); // The disk had no room for that when it was let in.
    }
    // Whatever it said under a name that was removed, or was never let in, is not to be taken up.
    if (known.getRemoved()) {
      directory.retire();
      known = name();
    } else if (!known.getFormed() && !founder) {
      directory.clear();
      known = name();
    }
    StoreDirectory.Start how = directory.prepare(known, founder, seat.hasContacts());
    peer = known;
    launch(known, how, config.tuning().startPatience());
    if (how == StoreDirectory.Start.FOUND) {
      peer = directory.formed(known);
      seat.founded();
    }
  }

  private StorePeer name() throws IOException {
    return directory.peer(config.identity().clusterId(), seat.newName());
  }

  /**
   * Sets aside what is damaged and joins anew; not before the others are known to go on: they may
   * be as damaged as this one, and what is here is all that there is.
   */
  private void refill() {
    if (!seat.othersGoOn() || hasNoRoom()) {
      return;
    }
    try {
      directory.retire();
      promise.forget();
      reach.forget();
      peer = name();
    } catch (IOException failed) {
      LOG.warn("what is damaged cannot be set aside yet: {}", failed.getMessage());
      return;
    }
    LOG.warn(
        "the others go on: what this server had is set aside in {}, and they fill it again",
        directory.former());
    enter(Phase.RESTARTING);
    restart();
  }

  /** To be closed is final. */
  private synchronized void enter(Phase next) {
    if (phase != Phase.CLOSED) {
      phase = next;
    }
  }

  private boolean hasNoRoom() {
    return space.level() == SpaceGuard.Level.EXHAUSTED || space.freeBytes() < START_BYTES;
  }

  private void launch(StorePeer peer, StoreDirectory.Start how, Duration patience)
      throws IOException {
    if (how == StoreDirectory.Start.RECOVER) {
      LogCheck.check(directory.group(peer), reach.from(state.applied().getIndex()));
      TermFile.check(directory.group(peer), peer.getPeerId(), !seat.hasContacts());
    }
    var policy =
        new SnapshotTaker.Policy(
            config.tuning().snapshotEntries(),
            config.tuning().snapshotBytes(),
            space.limits().ballast());
    failedStart = null;
    var machine = new StoreMachine(state, policy, this::failed, this::news);
    RaftNode started = RaftNode.start(config, directory, peer, how, machine, service);
    node = started;
    if (how != StoreDirectory.Start.JOIN && started.group().others().isEmpty()) {
      started.awaitReady(patience, () -> failedStart);
    }
    if (outgrown.isDone()) {
      throw new Outgrown(outgrown.join());
    }
    if (phase != Phase.CLOSED) {
      cause = "";
      enter(Phase.RUNNING);
    }
  }

  /** From Ratis' threads: notes why, and lets the lookout act. */
  private void failed(Throwable failure) {
    var newer = Failures.outgrown(failure);
    if (newer.isPresent()) {
      outgrown.complete(newer.get());
    }
    if (phase != Phase.RUNNING) {
      failedStart = failure;
      return;
    }
    if (DiskFull.caused(failure)) {
      enter(Phase.RESTARTING);
      cause = diskFull();
      space.releaseBallast();
    } else if (newer.isPresent()) {
      enter(Phase.FAILED);
      cause = newer.get();
    } else {
      enter(Phase.FAILED);
      cause =
          "the store cannot go on: %s; repair the disk of %s, then start the node again"
              .formatted(Failures.messages(failure), directory.root());
    }
    LOG.error("writes are refused: {}", cause);
    LOG.debug("this was thrown", failure);
    lookout.now();
  }

  /** From Ratis' threads. While a server is being started it is looked at anyway. */
  private void news() {
    onNews.run();
    if (phase == Phase.RUNNING) {
      lookout.now();
    }
  }

  /**
   * Joins the group, notes that it did, or that it was let go; as the leader, promotes others.
   *
   * @return whether nothing more is to be done until something happens
   */
  private boolean takeSeat(RaftNode current) {
    try {
      StorePeer now = Objects.requireNonNull(peer);
      Seat.Standing standing = seat.look(current, now);
      if (standing == Seat.Standing.IN && !now.getFormed()) {
        peer = directory.formed(now);
        LOG.info("{} belongs to the store's group", now.getPeerId());
      } else if (standing == Seat.Standing.LET_GO) {
        letGo(now);
      }
      return seat.isSettled(current, standing);
    } catch (IOException failed) {
      LOG.warn("the store's group cannot be looked at: {}", failed.getMessage());
      return false;
    }
  }

  private void letGo(StorePeer now) throws IOException {
    peer = directory.removed(now);
    enter(Phase.REMOVED);
    cause = "this server was removed from the store's group, and joins it anew if it is to";
    LOG.warn("{}", cause);
    RaftNode current = node;
    if (current != null) {
      current.close();
    }
  }

  /** Ratis gave up although nobody refused it a write, as after a long pause of the process. */
  private void closedByRaft() {
    enter(Phase.RESTARTING);
    cause = "the store's Raft server closed itself and is being started again";
    LOG.error("writes are refused here: {}", cause);
    restart();
  }

  /** Whether nothing more is to be done until something happens. */
  private boolean look() {
    RaftNode current = node;
    switch (phase) {
      case RUNNING -> {
        if (current != null && current.isAlive()) {
          if (space.level() == SpaceGuard.Level.AMPLE) {
            seat.hasRoom();
          } else if (seat.mayYield(current)) {
            seat.giveWay(current);
          }
          return takeSeat(current);
        }
        closedByRaft();
      }
      case RESTARTING -> restart();
      case DAMAGED -> refill();
      case REMOVED -> {
        // Whom the cluster has removed for good is told so when it asks.
        if (seat.othersLetGo(Objects.requireNonNull(peer))) {
          letGo.complete(null);
        }
        return false;
      }
      case FAILED, CLOSED -> {
        return true;
      }
    }
    return false;
  }

  private void reserveSpace() {
    if (phase == Phase.RUNNING) {
      space.restoreBallast();
    }
    if (phase != Phase.DAMAGED) { // Then what is there may be shorter than what is on record.
      reach.note(state.applied().getIndex());
    }
  }

  /** Completes, with why, once what is stored can only be read by a newer release. */
  CompletableFuture<String> outgrown() {
    return outgrown.copy();
  }

  /** Completes once the others have confirmed that this server is out of the group. */
  CompletableFuture<Void> letGo() {
    return letGo.copy();
  }

  /** What slows writes down here; nothing: nothing does. */
  String slowness() {
    return reach.slowness();
  }

  private void restart() {
    if (phase == Phase.CLOSED) {
      return;
    }
    RaftNode old = node;
    if (old != null) {
      promise.close(old);
      node = null;
    }
    if (hasNoRoom()) {
      cause = diskFull();
      return; // The next look comes in a second.
    }
    try {
      StorePeer now = Objects.requireNonNull(peer);
      if (seat.wasLetGo(now)) {
        letGo(now);
        return;
      }
      promise.keep(directory.group(now));
      launch(
          now,
          now.getFormed() ? StoreDirectory.Start.RECOVER : directory.prepare(now, false, true),
          restartPatience);
      restartPatience = RESTART_PATIENCE;
      LOG.warn("the store's Raft server was started again in place");
    } catch (Damaged damaged) {
      enter(Phase.FAILED);
      cause = String.valueOf(damaged.getMessage());
      LOG.error("the store cannot be started again in place: {}", cause);
    } catch (IOException | RuntimeException failed) {
      cause = "the store is being started again: " + Failures.messages(failed);
      // A disk that was full for a moment leaves Ratis stuck; a slow one needs its time.
      restartPatience = restartPatience.multipliedBy(2);
      LOG.warn(
          "the store's Raft server could not be started again yet: {}", Failures.messages(failed));
    }
  }

  /** What people are told when there is no room. */
  String diskFull() {
    return "the disk of %s is full (%d MiB free, %d MiB are wanted); free some space, writes are then accepted again by themselves"
        .formatted(
            directory.root(), space.freeBytes() >> 20, (space.limits().floor() * 9 / 8) >> 20);
  }

  /** What is wrong with this server, whatever the others are; empty: nothing. */
  String ownTrouble() {
    if (phase != Phase.RUNNING) {
      return cause;
    }
    return space.level() == SpaceGuard.Level.AMPLE ? "" : diskFull();
  }

  /**
   * Whether another is to lead, since this disk is full: then whoever writes finds that one. False
   * where there is none, or where leading was given up for that a moment ago and has come back.
   */
  boolean yieldsLead() {
    RaftNode current = node;
    if (current == null || !seat.mayYield(current)) {
      return false;
    }
    lookout.now();
    return true;
  }

  /** Why writes are refused; empty: they are not. */
  String trouble() {
    String own = ownTrouble();
    if (!own.isEmpty()) {
      return own;
    }
    RaftNode current = node;
    if (current == null || (!current.isReady() && current.leaderAddress().isEmpty())) {
      return "no leader is known at the moment";
    }
    return seat.trouble();
  }

  @Override
  public CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId) {
    RaftNode current = node;
    return current == null || phase != Phase.RUNNING
        ? CompletableFuture.failedFuture(new Proposer.NotProposed(cause))
        : current.propose(txns, callId);
  }

  /** HOST:PORT of the leader; nothing: none is known. */
  String leaderAddress() {
    RaftNode current = node;
    return current == null || phase != Phase.RUNNING ? "" : current.leaderAddress();
  }

  /** Whether writes are taken here. */
  boolean isReady() {
    RaftNode current = node;
    return current != null && phase == Phase.RUNNING && current.isReady();
  }

  @Override
  public boolean isShared() {
    RaftNode current = node;
    return current != null && current.isShared();
  }

  @Override
  public void settled() {
    RaftNode current = node;
    if (current != null) {
      current.tellFollowers();
    }
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

  /** Before it is closed: if it leads, another is to. */
  void handOver() {
    RaftNode current = node;
    if (current != null && phase == Phase.RUNNING) {
      seat.handOver(current);
    }
  }

  @Override
  public void close() {
    enter(Phase.CLOSED);
    cause = "the store is closed";
    lookout.close();
    RaftNode last = node;
    if (last != null) {
      promise.close(last);
    }
    try {
      StorePeer self = peer;
      if (self != null) {
        promise.keep(directory.group(self));
      }
    } catch (IOException refused) {
      LOG.warn("the disk does not take what this server promised: {}", refused.getMessage());
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
