package dev.regrow.core.store.raft;

import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.store.AssignedContents;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Permissions;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.TxnResult;
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
import dev.regrow.v1.StoreRefusal;
import dev.regrow.v1.StoreRemoveRequest;
import dev.regrow.v1.StoreRenewReply;
import dev.regrow.v1.StoreRenewRequest;
import dev.regrow.v1.StoreTermReply;
import dev.regrow.v1.StoreTermRequest;
import dev.regrow.v1.StoreTokenReply;
import dev.regrow.v1.StoreTokenRequest;
import dev.regrow.v1.StoreTxn;
import dev.regrow.v1.StoreWatchPart;
import dev.regrow.v1.StoreWatchRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptors;
import org.apache.ratis.thirdparty.io.grpc.ServerServiceDefinition;
import org.apache.ratis.thirdparty.io.grpc.Status;
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
  private final Permissions.Present present;
  private final RenewalDesk renewals;
  private final ContentsDesk contents;
  private final KeyVault vault;
  private final TokenDesk tokens;

  /**
   * @param leader HOST:PORT of who leads, or nothing: for those who asked the wrong one
   * @param present what this server's replica holds now
   */
  StoreService(
      Store reader,
      Writer writer,
      RosterKeeper roster,
      LeaseDesk leases,
      Supplier<String> leader,
      Gatekeeper gatekeeper,
      Permissions.Present present,
      RenewalDesk renewals,
      ContentsDesk contents,
      KeyVault vault) {
    this.gatekeeper = gatekeeper;
    this.reader = reader;
    this.writer = writer;
    this.roster = roster;
    this.leases = leases;
    this.leader = leader;
    this.present = present;
    this.renewals = renewals;
    this.contents = contents;
    this.vault = vault;
    this.tokens = new TokenDesk(reader, present);
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
            .addMethod(Wire.TERM, ServerCalls.asyncUnaryCall(this::term))
            .addMethod(Wire.TOKEN, ServerCalls.asyncUnaryCall(this::token))
            .addMethod(Wire.CONTENTS, ServerCalls.asyncUnaryCall(this::contents))
            .addMethod(Wire.KEYS, ServerCalls.asyncUnaryCall(this::keys))
            .addMethod(Wire.RENEW, ServerCalls.asyncUnaryCall(this::renew))
            .build();
    return ServerInterceptors.intercept(service, gatekeeper);
  }

  private StoreRefusal denied(String why) {
    return Refusals.encode(new StoreException(StoreException.Kind.DENIED, why), leader.get());
  }

  private void commit(StoreCommitRequest request, StreamObserver<StoreCommitReply> answer) {
    var peer = PeerGate.caller().node();
    Optional<String> refusal =
        peer.role() == NodeRole.SERVER
            ? Optional.empty()
            : Permissions.commit(peer, Commands.decode(request.getTxn()).txn(), present);
    if (refusal.isPresent()) {
      one(answer, StoreCommitReply.newBuilder().setRefusal(denied(refusal.get())).build());
      return;
    }
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
    Optional<String> refusal =
        Permissions.range(PeerGate.caller().node(), request.getFrom(), request.getTo(), present);
    if (refusal.isPresent()) {
      one(answer, StoreRangePart.newBuilder().setRefusal(denied(refusal.get())).build());
      return;
    }
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
                var why = Refusals.encode(failure, leader.get());
                one(answer, StoreRangePart.newBuilder().setRefusal(why).build());
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
    Optional<String> refusal = Permissions.watch(PeerGate.caller().node(), request.getPrefix());
    if (refusal.isPresent()) {
      answer.onError(Status.PERMISSION_DENIED.withDescription(refusal.get()).asRuntimeException());
      return;
    }
    var call = (ServerCallStreamObserver<StoreWatchPart>) answer;
    var forwarding = new ForwardingWatch(call);
    call.setOnCancelHandler(forwarding::cancel);
    forwarding.begin(reader, request.getPrefix(), request.getAfterIndex());
  }

  private void join(StoreJoinRequest request, StreamObserver<StoreGroupReply> answer) {
    var refusal = Permissions.join(PeerGate.caller().node(), PeerName.nodeUid(request.getPeerId()));
    reply(allowed(refusal, () -> roster.admit(request.getPeerId(), request.getAddress())), answer);
  }

  private void remove(StoreRemoveRequest request, StreamObserver<StoreGroupReply> answer) {
    var refusal = Permissions.remove(PeerGate.caller().node(), request.getNodeUid());
    reply(allowed(refusal, () -> roster.remove(request.getNodeUid(), request.getForce())), answer);
  }

  private static CompletionStage<StoreGroup> allowed(
      Optional<String> refusal, Supplier<CompletionStage<StoreGroup>> change) {
    return refusal.isPresent()
        ? CompletableFuture.failedFuture(
            new StoreException(StoreException.Kind.DENIED, refusal.get()))
        : change.get();
  }

  private void group(StoreGroupRequest request, StreamObserver<StoreGroupReply> answer) {
    reply(roster.group(), answer);
  }

  private void lease(StoreLeaseRequest request, StreamObserver<StoreLeaseReply> answer) {
    Optional<String> refusal = Permissions.lease(PeerGate.caller().node(), request.getHolder());
    if (refusal.isPresent()) {
      one(answer, StoreLeaseReply.newBuilder().setRefusal(denied(refusal.get())).build());
      return;
    }
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

  private void term(StoreTermRequest request, StreamObserver<StoreTermReply> answer) {
    one(answer, StoreTermReply.newBuilder().setTerm(leases.term()).build());
  }

  private void renew(StoreRenewRequest request, StreamObserver<StoreRenewReply> answer) {
    one(answer, renewals.renew(PeerGate.caller()));
  }

  private void token(StoreTokenRequest request, StreamObserver<StoreTokenReply> answer) {
    tokens
        .about(request)
        .whenComplete(
            (token, failure) ->
                one(
                    answer,
                    failure == null
                        ? StoreTokenReply.newBuilder().setToken(token).build()
                        : StoreTokenReply.newBuilder()
                            .setRefusal(Refusals.encode(failure, leader.get()))
                            .build()));
  }

  private void contents(StoreContentsRequest request, StreamObserver<StoreContentsReply> answer) {
    var caller = PeerGate.caller().node();
    var question =
        new AssignedContents.Question(
            request.getNamespace(),
            request.getWorkload(),
            request.getInstanceId(),
            request.getEpoch());
    var key = ContentsDesk.key(question);
    // Not before this replica knows the assignment: who may ask is decided by it.
    reader
        .range(RangeQuery.key(key).atLeast(request.getEpoch()))
        .thenCompose(
            known -> {
              var refusal = Permissions.contents(caller, key, present);
              return refusal.isPresent()
                  ? CompletableFuture.failedStage(
                      new StoreException(StoreException.Kind.DENIED, refusal.get()))
                  : contents.contentsOf(question);
            })
        .whenComplete(
            (found, failure) ->
                one(
                    answer,
                    failure == null
                        ? ContentsDesk.encode(found)
                        : StoreContentsReply.newBuilder()
                            .setRefusal(Refusals.encode(failure, leader.get()))
                            .build()));
  }

  private void keys(StoreKeysRequest request, StreamObserver<StoreKeysReply> answer) {
    var reply = StoreKeysReply.newBuilder();
    var refusal = Permissions.keys(PeerGate.caller().node());
    try {
      if (refusal.isPresent()) {
        reply.setRefusal(denied(refusal.get()));
      } else {
        vault.keep(request.getGiveList());
        reply.addAllKeys(vault.keys());
      }
    } catch (StoreException e) {
      reply.setRefusal(Refusals.encode(e, leader.get()));
    }
    one(answer, reply.build());
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
