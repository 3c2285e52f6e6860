package dev.regrow.core.store.raft;

import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreCommitReply;
import dev.regrow.v1.StoreCommitRequest;
import dev.regrow.v1.StoreGroupReply;
import dev.regrow.v1.StoreGroupRequest;
import dev.regrow.v1.StoreJoinRequest;
import dev.regrow.v1.StoreLeaseReply;
import dev.regrow.v1.StoreLeaseRequest;
import dev.regrow.v1.StoreRangePart;
import dev.regrow.v1.StoreRangeRequest;
import dev.regrow.v1.StoreRemoveRequest;
import dev.regrow.v1.StoreTxn;
import dev.regrow.v1.StoreWatchPart;
import dev.regrow.v1.StoreWatchRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptors;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCallStreamObserver;
import org.apache.ratis.thirdparty.io.grpc.stub.ServerCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/** Serves the store to other nodes, on the Raft server's port. */
final class StoreService {

  private static final int PART_BYTES = 1 << 20;

  /** Takes a transaction, if this server leads. */
  interface Writer {
    CompletableFuture<TxnResult> write(StoreTxn txn, Duration patience);
  }

  private final Store reader;
  private final Writer writer;
  private final RosterKeeper roster;
  private final LeaseDesk leases;
  private final Supplier<String> leader;
  private final Gatekeeper gatekeeper;

  /**
   * @param leader HOST:PORT of who leads, or nothing: for those who asked the wrong one
   */
  StoreService(
      Store reader,
      Writer writer,
      RosterKeeper roster,
      LeaseDesk leases,
      Supplier<String> leader,
      Gatekeeper gatekeeper) {
    this.gatekeeper = gatekeeper;
    this.reader = reader;
    this.writer = writer;
    this.roster = roster;
    this.leases = leases;
    this.leader = leader;
  }

  ServerServiceDefinition definition() {
    var service =
        ServerServiceDefinition.builder(Wire.SERVICE)
            .addMethod(Wire.COMMIT, ServerCalls.asyncUnaryCall(this::commit))
            .addMethod(Wire.RANGE, ServerCalls.asyncServerStreamingCall(this::range))
            .addMethod(Wire.WATCH, ServerCalls.asyncServerStreamingCall(this::watch))
            .addMethod(Wire.JOIN, ServerCalls.asyncUnaryCall(this::join))
            .addMethod(Wire.REMOVE, ServerCalls.asyncUnaryCall(this::remove))
            .addMethod(Wire.LEASE, ServerCalls.asyncUnaryCall(this::lease))
            .addMethod(Wire.GROUP, ServerCalls.asyncUnaryCall(this::group))
            .build();
    return ServerInterceptors.intercept(service, gatekeeper);
  }

  private void commit(StoreCommitRequest request, StreamObserver<StoreCommitReply> answer) {
    var unused =
        writer
            .write(request.getTxn(), Duration.ofMillis(request.getPatienceMillis()))
            .whenComplete(
                (result, failure) -> {
                  var reply = StoreCommitReply.newBuilder();
                  if (failure == null) {
                    reply.setOutcome(Commands.outcome(result));
                  } else {
                    reply.setRefusal(Refusals.encode(failure, leader.get()));
                  }
                  one(answer, reply.build());
                });
  }

  private void range(StoreRangeRequest request, StreamObserver<StoreRangePart> answer) {
    var query =
        new RangeQuery(
            request.getFrom(),
            request.getTo(),
            request.getLimit(),
            request.getConsistent(),
            request.getMinIndex());
    reader
        .range(query)
        .whenComplete(
            (result, failure) -> {
              if (failure == null) {
                parts(result, answer);
              } else {
                var refusal = Refusals.encode(failure, leader.get());
                one(answer, StoreRangePart.newBuilder().setRefusal(refusal).build());
              }
            });
  }

  private static void parts(RangeResult result, StreamObserver<StoreRangePart> answer) {
    var part = StoreRangePart.newBuilder().setIndex(result.index()).setMore(result.more());
    int bytes = 0;
    for (Entry entry : result.entries()) {
      part.addEntries(Wire.encode(entry));
      bytes += entry.key().length() + entry.value().size();
      if (bytes >= PART_BYTES) {
        answer.onNext(part.build());
        part.clearEntries();
        bytes = 0;
      }
    }
    one(answer, part.build());
  }

  private void watch(StoreWatchRequest request, StreamObserver<StoreWatchPart> answer) {
    var call = (ServerCallStreamObserver<StoreWatchPart>) answer;
    var forwarding = new ForwardingWatch(call);
    call.setOnCancelHandler(forwarding::cancel);
    forwarding.begin(reader, request.getPrefix(), request.getAfterIndex());
  }

  private void join(StoreJoinRequest request, StreamObserver<StoreGroupReply> answer) {
    reply(roster.admit(request.getPeerId(), request.getAddress()), answer);
  }

  private void remove(StoreRemoveRequest request, StreamObserver<StoreGroupReply> answer) {
    reply(roster.remove(request.getNodeUid(), request.getForce()), answer);
  }

  private void group(StoreGroupRequest request, StreamObserver<StoreGroupReply> answer) {
    reply(roster.group(), answer);
  }

  private void lease(StoreLeaseRequest request, StreamObserver<StoreLeaseReply> answer) {
    var unused =
        leases
            .answer(request)
            .whenComplete(
                (reply, failure) ->
                    one(
                        answer,
                        failure == null
                            ? reply
                            : StoreLeaseReply.newBuilder()
                                .setRefusal(Refusals.encode(failure, leader.get()))
                                .build()));
  }

  private void reply(CompletionStage<StoreGroup> group, StreamObserver<StoreGroupReply> answer) {
    group.whenComplete(
        (members, failure) ->
            one(
                answer,
                failure == null
                    ? GroupClient.encode(members)
                    : StoreGroupReply.newBuilder()
                        .setRefusal(Refusals.encode(failure, leader.get()))
                        .build()));
  }

  private static <A> void one(StreamObserver<A> answer, A reply) {
    if (answer instanceof ServerCallStreamObserver<A> call && call.isCancelled()) {
      return; // Nobody listens any more.
    }
    answer.onNext(reply);
    answer.onCompleted();
  }
}
