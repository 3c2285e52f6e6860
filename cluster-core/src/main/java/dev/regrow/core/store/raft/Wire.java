package dev.regrow.core.store.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoreChange;
import dev.regrow.v1.StoreCommitReply;
import dev.regrow.v1.StoreCommitRequest;
import dev.regrow.v1.StoreContentsReply;
import dev.regrow.v1.StoreContentsRequest;
import dev.regrow.v1.StoreGroupReply;
import dev.regrow.v1.StoreGroupRequest;
import dev.regrow.v1.StoreJoinRequest;
import dev.regrow.v1.StoreKeysReply;
import dev.regrow.v1.StoreKeysRequest;
import dev.regrow.v1.StoreLeaseReply;
import dev.regrow.v1.StoreLeaseRequest;
import dev.regrow.v1.StoreRangePart;
import dev.regrow.v1.StoreRangeRequest;
import dev.regrow.v1.StoreRemoveRequest;
import dev.regrow.v1.StoreRenewReply;
import dev.regrow.v1.StoreRenewRequest;
import dev.regrow.v1.StoreSnapshotEntry;
import dev.regrow.v1.StoreTermReply;
import dev.regrow.v1.StoreTermRequest;
import dev.regrow.v1.StoreTokenReply;
import dev.regrow.v1.StoreTokenRequest;
import dev.regrow.v1.StoreWatchPart;
import dev.regrow.v1.StoreWatchRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/** The methods of the service {@code regrow.v1.Store}, and what their messages mean. */
final class Wire {

  static final String SERVICE = "regrow.v1.Store";

  /** One transaction or one part of a range fits, with room to spare. */
  static final int MESSAGE_BYTES_MAX = 16 << 20;

  static final MethodDescriptor<StoreCommitRequest, StoreCommitReply> COMMIT =
      method("Commit", MethodType.UNARY, StoreCommitRequest.parser(), StoreCommitReply.parser());

  static final MethodDescriptor<StoreRangeRequest, StoreRangePart> RANGE =
      method(
          "Range",
          MethodType.SERVER_STREAMING,
          StoreRangeRequest.parser(),
          StoreRangePart.parser());

  static final MethodDescriptor<StoreWatchRequest, StoreWatchPart> WATCH =
      method(
          "Watch",
          MethodType.SERVER_STREAMING,
          StoreWatchRequest.parser(),
          StoreWatchPart.parser());

  static final MethodDescriptor<StoreJoinRequest, StoreGroupReply> JOIN =
      method("Join", MethodType.UNARY, StoreJoinRequest.parser(), StoreGroupReply.parser());

  static final MethodDescriptor<StoreRemoveRequest, StoreGroupReply> REMOVE =
      method("Remove", MethodType.UNARY, StoreRemoveRequest.parser(), StoreGroupReply.parser());

  static final MethodDescriptor<StoreGroupRequest, StoreGroupReply> GROUP =
      method("Group", MethodType.UNARY, StoreGroupRequest.parser(), StoreGroupReply.parser());

  static final MethodDescriptor<StoreLeaseRequest, StoreLeaseReply> LEASE =
      method("Lease", MethodType.UNARY, StoreLeaseRequest.parser(), StoreLeaseReply.parser());

  static final MethodDescriptor<StoreTermRequest, StoreTermReply> TERM =
      method("Term", MethodType.UNARY, StoreTermRequest.parser(), StoreTermReply.parser());

  static final MethodDescriptor<StoreTokenRequest, StoreTokenReply> TOKEN =
      method("Token", MethodType.UNARY, StoreTokenRequest.parser(), StoreTokenReply.parser());

  static final MethodDescriptor<StoreContentsRequest, StoreContentsReply> CONTENTS =
      method(
          "Contents", MethodType.UNARY, StoreContentsRequest.parser(), StoreContentsReply.parser());

  static final MethodDescriptor<StoreKeysRequest, StoreKeysReply> KEYS =
      method("Keys", MethodType.UNARY, StoreKeysRequest.parser(), StoreKeysReply.parser());

  static final MethodDescriptor<StoreRenewRequest, StoreRenewReply> RENEW =
      method("Renew", MethodType.UNARY, StoreRenewRequest.parser(), StoreRenewReply.parser());

  private Wire() {}

  private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
      String name, MethodType type, Parser<Q> request, Parser<A> reply) {
    return MethodDescriptor.<Q, A>newBuilder()
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setType(type)
        .setRequestMarshaller(new Marshaller<>(request))
        .setResponseMarshaller(new Marshaller<>(reply))
        .build();
  }

  /** Ratis brings a gRPC of its own, whose Protobuf is not ours: between them go plain bytes. */
  private record Marshaller<M extends Message>(Parser<M> parser)
      implements MethodDescriptor.Marshaller<M> {
    @Override
    public InputStream stream(M message) {
      return message.toByteString().newInput();
    }

    @Override
    public M parse(InputStream bytes) {
      try {
        return parser.parseFrom(bytes);
      } catch (InvalidProtocolBufferException garbage) {
        throw new UncheckedIOException(new IOException("not a message of the store", garbage));
      }
    }
  }

  static StoreSnapshotEntry encode(Entry entry) {
    return StoreSnapshotEntry.newBuilder()
        .setKey(entry.key())
        .setValue(entry.value())
        .setCreateIndex(entry.createIndex())
        .setModIndex(entry.modIndex())
        .build();
  }

  static Entry decode(StoreSnapshotEntry entry) {
    return new Entry(entry.getKey(), entry.getValue(), entry.getCreateIndex(), entry.getModIndex());
  }

  static StoreChange encode(WatchListener.Change change) {
    var encoded = StoreChange.newBuilder().setKey(change.key());
    Entry before = change.before();
    if (before != null) {
      encoded.setBefore(encode(before));
    }
    Entry after = change.after();
    if (after != null) {
      encoded.setAfter(encode(after));
    }
    return encoded.build();
  }

  static WatchListener.Change decode(StoreChange change) {
    @Nullable Entry before = change.hasBefore() ? decode(change.getBefore()) : null;
    @Nullable Entry after = change.hasAfter() ? decode(change.getAfter()) : null;
    return new WatchListener.Change(change.getKey(), before, after);
  }
}
