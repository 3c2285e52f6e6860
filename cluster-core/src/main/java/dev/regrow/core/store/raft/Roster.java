package dev.regrow.core.store.raft;

import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Decides who belongs to the group: pure, one step at a time. */
final class Roster {

  /** A listener that is no further behind than this votes without holding a commit up. */
  private static final long CAUGHT_UP = 100;

  private Roster() {}

  /**
   * Lets a server in, as a listener. What was there of the same node or at the same address is its
   * former self, which lost its disk, and goes.
   *
   * @return the members then; empty: it is in already
   */
  static Optional<List<Member>> admit(StoreGroup now, String peerId, String address) {
    var members = new ArrayList<Member>();
    for (Member member : now.members()) {
      if (member.peerId().equals(peerId)) {
        return Optional.empty();
      }
      boolean former =
          member.nodeUid().equals(PeerName.nodeUid(peerId)) || member.address().equals(address);
      if (former && member.leader()) {
        throw new MembershipRefused(
            "%s at %s is taken by the leader itself; give this node an address of its own"
                .formatted(PeerName.nodeUid(peerId), address));
      }
      if (!former) {
        members.add(member);
      }
    }
    members.add(
        new Member(
            peerId,
            PeerName.nodeUid(peerId),
            address,
            PeerName.witness(peerId),
            false,
            false,
            -1,
            -1));
    return Optional.of(members);
  }

  /**
   * The next listener that may vote: voters are odd in number, so it comes alone only to an even
   * one; two that are ready come one after the other.
   */
  static Optional<Member> promote(StoreGroup now) {
    List<Member> ready =
        now.members().stream()
            .filter(member -> !member.voter() && member.reachable())
            .filter(member -> member.lag() >= 0 && member.lag() <= CAUGHT_UP)
            .sorted(Comparator.comparing(Member::witness).thenComparing(Member::peerId))
            .toList();
    boolean even = now.voters().size() % 2 == 0;
    return ready.isEmpty() || (!even && ready.size() < 2)
        ? Optional.empty()
        : Optional.of(ready.get(0));
  }

  /** The members without this one. */
  static List<Member> without(StoreGroup now, Member member) {
    return now.members().stream().filter(other -> !other.peerId().equals(member.peerId())).toList();
  }

  /** The members with this one as a voter. */
  static List<Member> withVote(StoreGroup now, Member member) {
    var members = new ArrayList<Member>(without(now, member));
    members.add(
        new Member(
            member.peerId(),
            member.nodeUid(),
            member.address(),
            member.witness(),
            true,
            false,
            member.lag(),
            member.silentMillis()));
    return members;
  }

  /**
   * Lets a node's server go, where {@link StoreGroup#mayGo} says so.
   *
   * @return the members then; empty: it is not there
   */
  static Optional<List<Member>> remove(StoreGroup now, String nodeUid, boolean force) {
    List<Member> left = now.without(nodeUid).members();
    if (left.size() == now.members().size()) {
      return Optional.empty();
    }
    now.mayGo(nodeUid, force);
    return Optional.of(left);
  }

  /** Who leads best when the leader leaves: a reachable voter, no witness, least behind. */
  static Optional<Member> successor(StoreGroup now) {
    return now.voters().stream()
        .filter(member -> !member.leader() && member.reachable())
        .min(
            Comparator.comparing(Member::witness)
                .thenComparing(member -> member.lag() < 0 ? Long.MAX_VALUE : member.lag()));
  }
}
