package dev.regrow.core.store.raft;

import dev.regrow.core.store.Call;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.StoreState;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreCommand;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Applies the log to the replica. All calls that change anything come from one thread of Ratis.
 *
 * <pre>
 * NEW ── initialize ──▶ RUNNING ── pause ──▶ PAUSED ── reinitialize (a snapshot came) ──▶ RUNNING
 *                          └───────────────────┴── close ──▶ CLOSED
 * </pre>
 */
final class StoreMachine extends BaseStateMachine {

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final AppliedState state;
  private final SnapshotTaker snapshots;
  private final Consumer<Throwable> onFailure;
  private final Runnable onNews;
  private final SilentFollowers silent =
      new SilentFollowers(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));

  /**
   * @param onFailure learns why the log can no longer be written or applied
   * @param onNews runs after a change of the group or its leader, and when Ratis closes this
   */
  StoreMachine(
      AppliedState state,
      SnapshotTaker.Policy policy,
      Consumer<Throwable> onFailure,
      Runnable onNews) {
    this.state = state;
    this.onFailure = onFailure;
    this.onNews = onNews;
    this.snapshots = new SnapshotTaker(storage, policy, this::announceSnapshot);
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, group, raftStorage);
              storage.init(raftStorage);
              load();
            });
  }

  @Override
  public void pause() {
    if (getLifeCycleState() == LifeCycle.State.RUNNING) {
      getLifeCycle().transition(LifeCycle.State.PAUSING);
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
  }

  @Override
  public void reinitialize() throws IOException {
    load();
    if (getLifeCycleState() == LifeCycle.State.PAUSED) {
      getLifeCycle().transition(LifeCycle.State.STARTING);
      getLifeCycle().transition(LifeCycle.State.RUNNING);
    }
  }

  @Override
  public SimpleStateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext context) {
    LogEntryProto entry = context.getLogEntry();
    TermIndex at = TermIndex.valueOf(entry);
    try {
      var logged = entry.getStateMachineLogEntry().getLogData();
      List<TxnResult> results =
          state.holds(at.getIndex()) ? List.of() : apply(logged.toByteArray(), at.getIndex());
      advanceTo(at);
      snapshots.applied(logged.size(), this::capture);
      return CompletableFuture.completedFuture(
          Message.valueOf(UnsafeByteOperations.unsafeWrap(Commands.reply(results).toByteArray())));
    } catch (IOException | RuntimeException cannotApply) {
      // Going on would make this replica differ from the others; throwing stops the updater.
      onFailure.accept(cannotApply);
      throw new IllegalStateException("cannot apply log entry " + at, cannotApply);
    }
  }

  private List<TxnResult> apply(byte[] sealed, long raftIndex) throws IOException {
    var command = StoreCommand.parseFrom(Checksums.open(sealed, "the log's entry " + raftIndex));
    if (command.getFeatureLevel() > FeatureLevel.KNOWN) {
      throw new Outgrown(
          "the log's entry %d needs feature level %d, and this release knows %d; start the newer release again"
              .formatted(raftIndex, command.getFeatureLevel(), FeatureLevel.KNOWN));
    }
    List<Call> calls = command.getTxnsList().stream().map(Commands::decode).toList();
    List<TxnResult> results = state.replica().apply(calls);
    if (command.getRaiseIndexTo() > 0) {
      state.replica().raiseIndexTo(command.getRaiseIndexTo());
    }
    return results;
  }

  /** Entries of Raft's own (configurations, leaders) carry nothing for us but their index. */
  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    advanceTo(TermIndex.valueOf(term, index));
  }

  private void advanceTo(TermIndex at) {
    updateLastAppliedTermIndex(at);
    if (!state.holds(at.getIndex())) {
      state.advanceTo(at);
    }
  }

  /** A read index was confirmed: what matters is when, the answer is read from the replica. */
  @Override
  public CompletableFuture<Message> query(Message request) {
    return CompletableFuture.completedFuture(Message.EMPTY);
  }

  /** Names the newest finished snapshot; when one is begun is for {@link SnapshotTaker}. */
  @Override
  public long takeSnapshot() {
    return snapshots.newestFinished();
  }

  /** The cluster's feature level, as far as the log is applied here. */
  int level() {
    return state.replica().read(Commands::level);
  }

  /** The Raft index of the newest snapshot; 0: none. */
  long snapshotIndex() {
    SingleFileSnapshotInfo latest = storage.getLatestSnapshot();
    return latest == null ? 0 : latest.getIndex();
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
    onFailure.accept(cause);
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    LOG.info("{}: the leader is {}", member, leader);
    onNews.run();
  }

  @Override
  public void notifyFollowerSlowness(RoleInfoProto role, RaftPeer follower) {
    var unused = getServer().thenAccept(server -> silent.silent(server, role, follower.getId()));
  }

  @Override
  public void notifyLeaderReady() {
    onNews.run();
  }

  @Override
  public void notifyConfigurationChanged(
      long term, long index, RaftConfigurationProto configuration) {
    onNews.run();
  }

  @Override
  public void close() {
    snapshots.close();
    if (getLifeCycleState() != LifeCycle.State.CLOSED) {
      getLifeCycle().checkStateAndClose();
    }
    onNews.run();
  }

  private SnapshotTaker.Capture capture() {
    Snapshots.Content content =
        state
            .replica()
            .read(
                now ->
                    new Snapshots.Content(
                        Commands.level(now), now.index(), now.entries(), now.sessions()));
    return new SnapshotTaker.Capture(getLastAppliedTermIndex(), content);
  }

  private void announceSnapshot() {
    var unused = getServer().thenAccept(server -> SnapshotTaker.announce(server, getGroupId()));
  }

  private void load() throws IOException {
    SingleFileSnapshotInfo latest = storage.loadLatestSnapshot();
    if (latest == null) {
      return;
    }
    TermIndex at = latest.getTermIndex();
    if (!state.holds(at.getIndex())) {
      Snapshots.Content content = Snapshots.read(latest.getFile().getPath());
      state.replica().restore(content.index(), content.entries(), content.sessions());
      state.advanceTo(at);
      LOG.info(
          "restored {} keys at index {}", state.replica().read(StoreState::size), content.index());
    }
    setLastAppliedTermIndex(at);
  }
}
