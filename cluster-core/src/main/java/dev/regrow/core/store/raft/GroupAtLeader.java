package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;

/** Ratis' configuration of the group as our members, and changes of it. */
final class GroupAtLeader {

  /** So that a witness leads only as long as no server can. */
  private static final int SERVERS_PRIORITY = 1;

  private static final AtomicLong CALLS = new AtomicLong();
  private static final ClientId CLIENT = ClientId.randomId();

  private final RaftServer server;
  private final RaftServer.Division division;

  GroupAtLeader(RaftServer server, RaftServer.Division division) {
    this.server = server;
    this.division = division;
  }

  static RaftPeer peer(String peerId, String address) {
    return RaftPeer.newBuilder()
        .setId(peerId)
        .setAddress(address)
        .setPriority(PeerName.witness(peerId) ? 0 : SERVERS_PRIORITY)
        .build();
  }

  /** HOST:PORT of the leader; nothing: none is known. */
  String leaderAddress() {
    RaftPeerId leader = division.getInfo().getLeaderId();
    RaftPeer peer =
        leader == null
            ? null
            : division.getRaftConf().getPeer(leader, RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER);
    return peer == null ? "" : peer.getAddress();
  }

  /** Whether this very server is one of the group, by all that it knows. */
  boolean includesSelf() {
    return division
            .getRaftConf()
            .getPeer(server.getId(), RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)
        != null;
  }

  /** Whether this very server is one of the group and has no vote, by all that it knows. */
  boolean listens() {
    return includesSelf()
        && division.getRaftConf().getPeer(server.getId(), RaftPeerRole.FOLLOWER) == null;
  }

  /** HOST:PORT of the other members. */
  List<String> others() {
    var others = new ArrayList<String>();
    for (RaftPeerRole role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
      for (RaftPeer peer : division.getRaftConf().getAllPeers(role)) {
        if (!peer.getId().equals(server.getId())) {
          others.add(peer.getAddress());
        }
      }
    }
    return others;
  }

  /** While a change is under way: as it will be. */
  StoreGroup view() {
    Map<String, Long> commits = new HashMap<>();
    for (CommitInfoProto info : division.getCommitInfos()) {
      commits.put(info.getServer().getId().toStringUtf8(), info.getCommitIndex());
    }
    Map<String, Long> silent = new HashMap<>();
    for (ServerRpcProto follower :
        division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList()) {
      silent.put(follower.getId().getId().toStringUtf8(), follower.getLastRpcElapsedTimeMs());
    }
    var members = new ArrayList<Member>();
    for (RaftPeerRole role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
      for (RaftPeer peer : division.getRaftConf().getCurrentPeers(role)) {
        members.add(member(peer, role == RaftPeerRole.FOLLOWER, commits, silent));
      }
    }
    members.sort(Comparator.comparing(Member::peerId));
    return new StoreGroup(division.getInfo().getCurrentTerm(), members);
  }

  private Member member(
      RaftPeer peer, boolean voter, Map<String, Long> commits, Map<String, Long> silent) {
    String id = peer.getId().toString();
    boolean leads = peer.getId().equals(division.getInfo().getLeaderId());
    long mine = commits.getOrDefault(server.getId().toString(), -1L);
    long theirs = commits.getOrDefault(id, -1L);
    return new Member(
        id,
        PeerName.nodeUid(id),
        peer.getAddress(),
        PeerName.witness(id),
        voter,
        leads,
        leads ? 0 : theirs < 0 || mine < 0 ? -1 : Math.max(0, mine - theirs),
        leads ? 0 : silent.getOrDefault(id, -1L));
  }

  /** Changes the group, if it is still what the change was decided on. */
  CompletableFuture<Void> change(StoreGroup from, List<Member> to, long patienceMillis) {
    var arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .setServersInCurrentConf(peers(from.members(), true))
            .setListenersInCurrentConf(peers(from.members(), false))
            .setServersInNewConf(peers(to, true))
            .setListenersInNewConf(peers(to, false))
            .build();
    var request =
        new SetConfigurationRequest(
            CLIENT,
            server.getId(),
            division.getMemberId().getGroupId(),
            CALLS.incrementAndGet(),
            arguments);
    return done(() -> server.setConfigurationAsync(request), patienceMillis);
  }

  private static List<RaftPeer> peers(List<Member> members, boolean voters) {
    return members.stream()
        .filter(member -> member.voter() == voters)
        .map(member -> peer(member.peerId(), member.address()))
        .toList();
  }

  /** Hands leadership over. */
  CompletableFuture<Void> transferTo(Member successor, long patienceMillis) {
    var request =
        new TransferLeadershipRequest(
            CLIENT,
            server.getId(),
            division.getMemberId().getGroupId(),
            CALLS.incrementAndGet(),
            RaftPeerId.valueOf(successor.peerId()),
            patienceMillis);
    return done(() -> server.transferLeadershipAsync(request), patienceMillis);
  }

  private interface Ask {
    CompletableFuture<RaftClientReply> now() throws IOException;
  }

  private static CompletableFuture<Void> done(Ask ask, long patienceMillis) {
    try {
      return ask.now()
          .orTimeout(patienceMillis, java.util.concurrent.TimeUnit.MILLISECONDS)
          .thenAcceptAsync( // Ratis answers from the very thread that the next change would need.
              reply -> {
                if (reply.getException() != null) {
                  throw new CompletionException(reply.getException());
                }
              });
    } catch (IOException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }
}
