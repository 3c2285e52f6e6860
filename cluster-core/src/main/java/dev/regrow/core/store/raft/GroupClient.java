package dev.regrow.core.store.raft;

import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.v1.StoreGroupReply;
import dev.regrow.v1.StoreGroupRequest;
import dev.regrow.v1.StoreJoinRequest;
import dev.regrow.v1.StoreMember;
import dev.regrow.v1.StoreRemoveRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/** Asks the leader, wherever it is, about the group; each question may be asked twice. */
final class GroupClient implements StoreMembership {

  private static final Duration ATTEMPT = Duration.ofSeconds(2);
  private static final long PAUSE_MILLIS = 50;

  private final Channels channels;
  private final Guide guide;
  private final ScheduledExecutorService scheduler;
  private final Duration patience;

  GroupClient(
      Channels channels, Guide guide, ScheduledExecutorService scheduler, Duration patience) {
    this.channels = channels;
    this.guide = guide;
    this.scheduler = scheduler;
    this.patience = patience;
  }

  @Override
  public CompletionStage<StoreGroup> group() {
    return ask(Wire.GROUP, StoreGroupRequest.getDefaultInstance(), patience);
  }

  @Override
  public CompletionStage<StoreGroup> remove(String nodeUid, boolean force) {
    var request = StoreRemoveRequest.newBuilder().setNodeUid(nodeUid).setForce(force).build();
    // A leader that is to go hands over first, and a change waits for the one before it.
    return ask(Wire.REMOVE, request, patience.multipliedBy(3));
  }

  /** Asks to be let in. */
  CompletableFuture<StoreGroup> join(String peerId, String address) {
    var request = StoreJoinRequest.newBuilder().setPeerId(peerId).setAddress(address).build();
    return ask(Wire.JOIN, request, patience.multipliedBy(3));
  }

  /**
   * Asks one server, another each time, whether a majority goes on: completes when that was
   * confirmed after the question.
   */
  CompletableFuture<Void> majority() {
    String address = guide.anyone();
    if (address.isEmpty()) {
      return CompletableFuture.failedFuture(new Proposer.NotProposed("no server is known"));
    }
    return channels
        .askForAll(address, Wire.RANGE, ReadIndex.QUESTION, ATTEMPT)
        .thenAccept(
            parts -> {
              if (parts.get(0).hasRefusal()) {
                throw Refusals.decode(parts.get(0).getRefusal());
              }
            });
  }

  private <Q> CompletableFuture<StoreGroup> ask(
      MethodDescriptor<Q, StoreGroupReply> method, Q question, Duration patienceOfThis) {
    var answer = new CompletableFuture<StoreGroup>();
    attempt(method, question, System.nanoTime() + patienceOfThis.toNanos(), answer);
    return answer;
  }

  private <Q> void attempt(
      MethodDescriptor<Q, StoreGroupReply> method,
      Q question,
      long deadlineNanos,
      CompletableFuture<StoreGroup> answer) {
    String address = guide.next();
    CompletableFuture<StoreGroupReply> asked =
        address.isEmpty()
            ? CompletableFuture.failedFuture(
                new Proposer.NotProposed("no server of the store is known at the moment"))
            : channels.ask(address, method, question, ATTEMPT);
    var unusedAnswer =
        asked.whenComplete(
            (reply, failure) -> {
              RuntimeException why = learned(address, reply, failure);
              if (why == null) {
                answer.complete(decode(reply));
              } else if (why instanceof MembershipRefused || isDenied(why)) {
                answer.completeExceptionally(why);
              } else if (System.nanoTime() - deadlineNanos > 0 || scheduler.isShutdown()) {
                answer.completeExceptionally(
                    new StoreException(
                        Kind.NO_MAJORITY,
                        "the store's leader did not answer in time (last: %s); try again"
                            .formatted(why.getMessage()),
                        why));
              } else {
                var unused =
                    scheduler.schedule(
                        () -> attempt(method, question, deadlineNanos, answer),
                        PAUSE_MILLIS,
                        TimeUnit.MILLISECONDS);
              }
            });
  }

  private static boolean isDenied(RuntimeException why) {
    return why instanceof StoreException known && known.kind() == Kind.DENIED;
  }

  private @Nullable RuntimeException learned(
      String address, @Nullable StoreGroupReply reply, @Nullable Throwable failure) {
    if (reply == null) {
      guide.failed(address);
      return failure == null
          ? new IllegalStateException("no answer from " + address)
          : LeaderRoad.unchecked(failure);
    }
    if (reply.hasRefusal()) {
      guide.leads(reply.getRefusal().getLeader());
      RuntimeException refusal = Refusals.decode(reply.getRefusal());
      if (isDenied(refusal)) {
        channels.showAgain(address);
      }
      return refusal;
    }
    guide.leads(address);
    return null;
  }

  static StoreGroupReply encode(StoreGroup group) {
    var reply = StoreGroupReply.newBuilder().setTerm(group.term());
    group.leader().ifPresent(leader -> reply.setLeaderPeerId(leader.peerId()));
    for (Member member : group.members()) {
      reply.addMembers(
          StoreMember.newBuilder()
              .setPeerId(member.peerId())
              .setAddress(member.address())
              .setVoter(member.voter())
              .setLag(member.lag())
              .setSilentMillis(member.silentMillis()));
    }
    return reply.build();
  }

  private static StoreGroup decode(StoreGroupReply reply) {
    return new StoreGroup(
        reply.getTerm(),
        reply.getMembersList().stream()
            .map(
                member ->
                    new Member(
                        member.getPeerId(),
                        PeerName.nodeUid(member.getPeerId()),
                        member.getAddress(),
                        PeerName.witness(member.getPeerId()),
                        member.getVoter(),
                        member.getPeerId().equals(reply.getLeaderPeerId()),
                        member.getLag(),
                        member.getSilentMillis()))
            .toList());
  }
}
