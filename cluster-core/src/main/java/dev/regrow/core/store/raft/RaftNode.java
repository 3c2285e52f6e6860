package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StorePeer;
import dev.regrow.v1.StoreTxn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One start of the Raft server, from its log's recovery to its close. Never started twice. */
final class RaftNode implements Proposer.Log, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final long POLL_NANOS = 5_000_000;

  private final RaftServer server;
  private final StoreMachine machine;
  private final RaftGroupId group;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong readCalls = new AtomicLong(Long.MIN_VALUE / 2);

  private RaftNode(RaftServer server, StoreMachine machine, RaftGroupId group) {
    this.server = server;
    this.machine = machine;
    this.group = group;
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
      StoreMachine machine)
      throws IOException {
    var group = RaftGroupId.valueOf(UUID.fromString(peer.getGroupId()));
    var self = RaftPeerId.valueOf(peer.getPeerId());
    var address = config.host() + ":" + config.port();
    var member = RaftPeer.newBuilder().setId(self).setAddress(address).build();
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(self)
            .setGroup(RaftGroup.valueOf(group, member))
            .setStateMachineRegistry(asked -> machine)
            .setProperties(RaftSettings.properties(config, directory))
            .setParameters(RaftSettings.parameters(config.identity().tls()))
            .setOption(
                how == StoreDirectory.Start.FORMAT
                    ? RaftStorage.StartupOption.FORMAT
                    : RaftStorage.StartupOption.RECOVER)
            .build();
    var node = new RaftNode(server, machine, group);
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
    for (Throwable at = failed; at != null; at = at.getCause()) {
      if (at instanceof IOException environment) {
        return environment;
      }
    }
    return new IOException("the store's Raft server did not start: " + failed.getMessage(), failed);
  }

  /** Waits until this server leads and has applied all that was written before. */
  void awaitReady(Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!isReady()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(
            "the store's Raft server did not become ready within %d s (%s); look at the log above"
                .formatted(patience.toSeconds(), describe()));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  boolean isLeader() {
    try {
      return server.getDivision(group).getInfo().isLeader();
    } catch (IOException notThere) {
      return false;
    }
  }

  boolean isReady() {
    try {
      return server.getDivision(group).getInfo().isLeaderReady();
    } catch (IOException notThere) {
      return false;
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

  @Override
  public CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId) {
    if (!isReady()) {
      return CompletableFuture.failedFuture(
          new Proposer.NotProposed("this server does not lead: " + describe()));
    }
    var message = Message.valueOf(UnsafeByteOperations.unsafeWrap(Commands.entry(txns)));
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

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException failed) {
      LOG.warn("the Raft server did not close cleanly: {}", failed.getMessage());
    }
  }
}
