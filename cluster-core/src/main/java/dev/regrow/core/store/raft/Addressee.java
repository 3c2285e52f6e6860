package dev.regrow.core.store.raft;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a server hear only what is said to itself. A server whose data were lost comes back as a new
 * peer at the old one's address, and Ratis asks for the group only: the leader went on telling the
 * old peer, the new one took it, and with it the middle of a log that it had no beginning of, after
 * which it took nothing more; and what it answered counted as the old one's.
 */
final class Addressee implements ServerInterceptor {

  private static final Logger LOG = LoggerFactory.getLogger(Addressee.class);

  private final ByteString self;

  Addressee(RaftPeerId self) {
    this.self = self.toByteString();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        if (refused) {
          return;
        }
        var request = serverRequest(message);
        if (request == null || request.getReplyId().equals(self)) {
          super.onMessage(message);
          return;
        }
        refused = true;
        var other = request.getReplyId().toStringUtf8();
        LOG.debug("what is said to {}, which was here before, is refused", other);
        call.close(
            Status.FAILED_PRECONDITION.withDescription(other + " is not here any more"),
            new Metadata());
        super.onCancel();
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }

      @Override
      public void onCancel() {
        if (!refused) {
          super.onCancel();
        }
      }
    };
  }

  /** Null: it is none of those between servers of a group. */
  private static @Nullable RaftRpcRequestProto serverRequest(Object message) {
    if (message instanceof AppendEntriesRequestProto append) {
      return append.getServerRequest();
    }
    if (message instanceof RequestVoteRequestProto vote) {
      return vote.getServerRequest();
    }
    if (message instanceof InstallSnapshotRequestProto snapshot) {
      return snapshot.getServerRequest();
    }
    if (message instanceof StartLeaderElectionRequestProto election) {
      return election.getServerRequest();
    }
    return message instanceof ReadIndexRequestProto read ? read.getServerRequest() : null;
  }
}
