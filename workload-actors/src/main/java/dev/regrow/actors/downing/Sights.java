package dev.regrow.actors.downing;

import dev.regrow.core.membership.Downing;
import dev.regrow.core.membership.Downing.Blind;
import dev.regrow.core.membership.Downing.View;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.Reachability;
import scala.jdk.javaapi.CollectionConverters;

/** What one member knows of all: who is in, who sees whom, and what machines say to knocks. */
final class Sights {

  private static final Set<MemberStatus> IN =
      Set.of(MemberStatus.joining(), MemberStatus.weaklyUp(), MemberStatus.up());

  private final String self;
  private final Map<String, Member> members = new HashMap<>();
  private final Set<String> ended = new HashSet<>();
  private final Set<String> silent = new HashSet<>();
  private Set<Blind> blind = Set.of();
  private Set<String> dead = Set.of();

  Sights(String self) {
    this.self = self;
  }

  void know(Member member) {
    members.put(Lives.name(member.uniqueAddress()), member);
  }

  void forget(Member member) {
    members.remove(Lives.name(member.uniqueAddress()));
    ended.remove(Lives.name(member.uniqueAddress()));
  }

  boolean isKnown(String name) {
    return members.containsKey(name);
  }

  /** Returns whether anybody sees more or less than before. */
  boolean see(Reachability reachability) {
    var now = new HashSet<Blind>();
    for (var sight : CollectionConverters.asJava(reachability.records())) {
      if (sight.status() != Reachability.Reachable$.MODULE$) {
        now.add(new Blind(Lives.name(sight.observer()), Lives.name(sight.subject())));
      }
    }
    boolean changed = !now.equals(blind);
    blind = Set.copyOf(now);
    return changed;
  }

  /** The members that live there, as far as they can be lost; not this one. */
  List<String> at(String host, int port) {
    return members.entrySet().stream()
        .filter(each -> IN.contains(each.getValue().status()) && !each.getKey().equals(self))
        .filter(each -> each.getValue().address().host().contains(host))
        .filter(each -> each.getValue().address().port().contains(port))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Its process has ended: that is as if nobody could see it any more. Whether that is new. */
  boolean hasEnded(String name) {
    return ended.add(name);
  }

  /** Its machine says nothing. Whether that is new. */
  boolean isSilent(String name) {
    return silent.add(name);
  }

  void answers(String name) {
    silent.remove(name);
  }

  boolean endedIsKnownOf(Member member) {
    return ended.contains(Lives.name(member.uniqueAddress()));
  }

  /** The store's word; nobody else is dead. */
  void declared(Set<String> those) {
    dead = Set.copyOf(those);
  }

  /** Whom the store has declared dead, and this cluster system not yet. */
  List<Member> stillIn() {
    return members.entrySet().stream()
        .filter(each -> dead.contains(each.getKey()))
        .map(Map.Entry::getValue)
        .filter(each -> each.status() != MemberStatus.down())
        .filter(each -> each.status() != MemberStatus.removed())
        .toList();
  }

  Downing.Proposal propose() {
    var known =
        members.values().stream()
            .filter(m -> !dead.contains(Lives.name(m.uniqueAddress())))
            .filter(m -> m.status() != MemberStatus.removed())
            .map(m -> new Downing.Member(Lives.name(m.uniqueAddress()), m.upNumber()))
            .collect(Collectors.toSet());
    var seen = new HashSet<>(blind);
    for (var gone : ended) {
      known.stream()
          .filter(one -> !one.address().equals(gone))
          .forEach(one -> seen.add(new Blind(one.address(), gone)));
    }
    return Downing.propose(new View(self, known, seen));
  }

  /** Another proposal begins: what was said of others counts no more. */
  void regard(Downing.Proposal proposal) {
    silent.retainAll(proposal.dead());
  }

  Downing.Verdict verdict(Downing.Proposal proposal, Duration waited, Downing.Patience patience) {
    return proposal.verdict(new Downing.Signs(ended, silent), waited, patience);
  }

  /** Where to knock to learn more of that member. */
  Optional<InetSocketAddress> door(String name) {
    var member = members.get(name);
    if (member == null || ended.contains(name) || name.equals(self)) {
      return Optional.empty();
    }
    var address = member.address();
    return Optional.of(
        InetSocketAddress.createUnresolved(address.host().get(), (Integer) address.port().get()));
  }
}
