package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.identity.NodeTls;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StorePeer;
import dev.regrow.v1.StoreTxn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.server.storage.RaftStorageMetadataFile;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One start of the Raft server, from its log's recovery to its close. Never started twice. */
final class RaftNode implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final long POLL_NANOS = 5_000_000;

  /** A close takes a second, on a busy machine two. */
  private static final Duration STUCK_AFTER = Duration.ofSeconds(3);

  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(20);

  private final RaftServer server;
  private final StoreMachine machine;
  private final RaftGroupId group;
  private final String address;
  private final ClientId client = ClientId.randomId();
  private final PauseWatch pauses;
  private final AtomicLong readCalls = new AtomicLong(Long.MIN_VALUE / 2);

  private RaftNode(RaftServer server, StoreMachine machine, RaftGroupId group, String address) {
    this.address = address;
    this.server = server;
    this.machine = machine;
    this.group = group;
    this.pauses = new PauseWatch(server);
  }

  /**
   * Starts the server on what is in the directory.
   *
   * @param machine fresh; it belongs to this start only
   */
  static RaftNode start(
      RaftStoreConfig config,
      StoreDirectory directory,
      StorePeer peer,
      StoreDirectory.Start how,
      StoreMachine machine,
      Supplier<ServerServiceDefinition> service)
      throws IOException {
    var group = RaftGroupId.valueOf(UUID.fromString(peer.getGroupId()));
    var self = RaftPeerId.valueOf(peer.getPeerId());
    // A log that exists says who its group is; only a founder's new one must be told.
    RaftGroup members =
        how == StoreDirectory.Start.FOUND
            ? RaftGroup.valueOf(group, GroupAtLeader.peer(peer.getPeerId(), config.address()))
            : RaftGroup.valueOf(group);
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(self)
            .setThreadGroup(new RaftThreads(self.toString()))
            .setGroup(members)
            .setStateMachineRegistry(asked -> machine)
            .setProperties(RaftSettings.properties(config, directory))
            .setParameters(
                RaftSettings.parameters(self, NodeTls.of(config.identity().tls()), service))
            .setOption(
                how == StoreDirectory.Start.RECOVER
                    ? RaftStorage.StartupOption.RECOVER
                    : RaftStorage.StartupOption.FORMAT)
            .build();
    var node = new RaftNode(server, machine, group, config.address());
    try {
      server.start();
    } catch (IOException | RuntimeException failed) {
      node.close();
      throw asEnvironment(failed);
    }
    return node;
  }

  /** Ratis recovers on threads of its own and wraps what went wrong there. */
  private static IOException asEnvironment(Exception failed) {
    IOException first = null;
    for (Throwable at = failed; at != null; at = at.getCause()) {
      if (at instanceof Damaged damaged) {
        return damaged;
      }
      if (first == null && at instanceof IOException environment) {
        first = environment;
      }
    }
    if (first != null) {
      return first;
    }
    return new IOException("the store's Raft server did not start: " + failed.getMessage(), failed);
  }

  /**
   * Waits until this server leads and has applied all that was written before.
   *
   * @param failure why that will never be; null: it may
   */
  void awaitReady(Duration patience, Supplier<@Nullable Throwable> failure) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!isReady()) {
      Throwable failed = failure.get();
      if (failed != null) {
        throw new IOException("the store's log failed at the start: " + failed, failed);
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "the store's Raft server did not become ready within %d s (%s); look at the log above"
                .formatted(patience.toSeconds(), describe()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** What this server promised last, as it holds it in memory; empty: it is in no group. */
  Optional<RaftStorageMetadataFile> note() {
    try {
      return Optional.of(server.getDivision(group).getRaftStorage().getMetadataFile());
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  boolean isLeader() {
    try {
      return server.getDivision(group).getInfo().isLeader();
    } catch (IOException notThere) {
      return false;
    }
  }

  /** Whether this very server is a voter, by all that it knows. */
  boolean votes() {
    try {
      GroupAtLeader known = group();
      return known.includesSelf() && !known.listens();
    } catch (IOException notThere) {
      return false;
    }
  }

  /** Of the election that this server knows of last. */
  long term() {
    try {
      return server.getDivision(group).getInfo().getCurrentTerm();
    } catch (IOException notThere) {
      return -1;
    }
  }

  /** As this server believes, which may have been replaced without hearing of it. */
  Optional<Confirmation.Leading> leading() {
    try {
      var division = server.getDivision(group);
      long term = division.getInfo().getCurrentTerm();
      if (!division.getInfo().isLeader()) {
        return Optional.empty();
      }
      var conf = division.getRaftConf();
      var voters =
          Stream.of(conf.getCurrentPeers(), conf.getPreviousPeers())
              .filter(peers -> !peers.isEmpty())
              .map(peers -> peers.stream().map(this::addressOf).collect(Collectors.toSet()))
              .toList();
      return Optional.of(new Confirmation.Leading(term, address, voters));
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /** What the group calls this server may be from before it was started at another address. */
  private String addressOf(RaftPeer peer) {
    return peer.getId().equals(server.getId()) ? address : peer.getAddress();
  }

  boolean isReady() {
    try {
      return server.getDivision(group).getInfo().isLeaderReady();
    } catch (IOException notThere) {
      return false;
    }
  }

  /** The group as this server knows it, with progress if it leads. */
  GroupAtLeader group() throws IOException {
    return new GroupAtLeader(server, server.getDivision(group));
  }

  /** See {@link PauseWatch}. From one thread. */
  void watchPauses(boolean wanted) {
    pauses.set(wanted);
  }

  /** HOST:PORT of the leader; nothing: none is known. */
  String leaderAddress() {
    try {
      return group().leaderAddress();
    } catch (IOException notThere) {
      return "";
    }
  }

  /** False once Ratis has given its part of the group up. */
  boolean isAlive() {
    try {
      return server.getDivision(group).getInfo().isAlive();
    } catch (IOException notThere) {
      return false;
    }
  }

  private String describe() {
    try {
      var info = server.getDivision(group).getInfo();
      return "%s, term %d, applied %d"
          .formatted(info.getCurrentRole(), info.getCurrentTerm(), info.getLastAppliedIndex());
    } catch (IOException notThere) {
      return String.valueOf(notThere.getMessage());
    }
  }

  long snapshotIndex() {
    return machine.snapshotIndex();
  }

  /** See {@link Proposer.Log#isShared}. */
  boolean isShared() {
    try {
      return !group().others().isEmpty();
    } catch (IOException closing) {
      return false;
    }
  }

  /** See {@link Proposer.Log#propose}. */
  CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId) {
    if (!isReady()) {
      return CompletableFuture.failedFuture(
          new Proposer.NotProposed("this server does not lead: " + describe()));
    }
    var message =
        Message.valueOf(UnsafeByteOperations.unsafeWrap(Commands.entry(txns, machine.level())));
    return submit(RaftClientRequest.writeRequestType(), message, callId)
        .thenApply(
            reply -> {
              try {
                return Commands.results(
                    ByteString.copyFrom(reply.getMessage().getContent().asReadOnlyByteBuffer()));
              } catch (InvalidProtocolBufferException bug) {
                throw new IllegalStateException("the store's own answer cannot be read", bug);
              }
            });
  }

  /**
   * Has the leader tell its followers now how far is committed, not with its next heartbeat: it
   * tells them whenever it asks them whether it still leads.
   */
  void tellFollowers() {
    try {
      if (!group().others().isEmpty()) {
        var unused =
            catchUp()
                .exceptionally(
                    failure -> {
                      LOG.debug("the followers learn it later: {}", failure.getMessage());
                      return null;
                    });
      }
    } catch (IOException closing) {
      LOG.debug("nobody is told: {}", closing.getMessage());
    }
  }

  /** Completes once the replica holds all that was acknowledged before the call. */
  CompletableFuture<Void> catchUp() {
    return submit(RaftClientRequest.readRequestType(), Message.EMPTY, readCalls.incrementAndGet())
        .handle(
            (reply, failure) -> {
              if (failure != null) {
                throw new StoreException(
                    Kind.NO_MAJORITY,
                    "no consistent read is possible now (%s); try again"
                        .formatted(failure.getMessage()),
                    failure);
              }
              return null;
            });
  }

  private CompletableFuture<RaftClientReply> submit(
      RaftClientRequest.Type type, Message message, long callId) {
    var request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(server.getId())
            .setGroupId(group)
            .setCallId(callId)
            .setMessage(message)
            .setType(type)
            .build();
    try {
      return server.submitClientRequestAsync(request).thenApply(RaftNode::successful);
    } catch (IOException failed) {
      return CompletableFuture.failedFuture(failed);
    }
  }

  private static RaftClientReply successful(RaftClientReply reply) {
    if (reply.getException() != null) {
      throw new CompletionException(reply.getException());
    }
    return reply;
  }

  /** Within {@link #CLOSED_WITHIN}, or it is left to itself. */
  @Override
  public void close() {
    var closing = new Thread(this::closeServer, "store-close");
    closing.setDaemon(true);
    closing.start();
    long began = System.nanoTime();
    try {
      closing.join(STUCK_AFTER.toMillis());
      while (closing.isAlive() && System.nanoTime() - began < CLOSED_WITHIN.toNanos()) {
        if (StuckClose.free(server.getId().toString())) {
          LOG.warn("the log was closed while it made room in memory, and its close was stuck");
        }
        closing.join(STUCK_AFTER.toMillis());
      }
      if (closing.isAlive()) {
        LOG.error("the Raft server is not closed after {} s; going on", CLOSED_WITHIN.toSeconds());
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeServer() {
    try {
      server.close();
    } catch (IOException failed) {
      LOG.warn("the Raft server did not close cleanly: {}", failed.getMessage());
    }
  }
}
