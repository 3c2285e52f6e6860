package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RosterTest {

  @Test
  void the_former_self_of_a_node_goes_when_it_comes_anew() {
    var now = group(leader("aa-1"), voter("bb-1"), voter("cc-1"));

    var then = Roster.admit(now, "bb-2", "bb:1").orElseThrow();

    assertThat(then).extracting(Member::peerId).containsExactly("aa-1", "cc-1", "bb-2");
    assertThat(then.get(2).voter()).isFalse();
    assertThat(Roster.admit(now, "bb-1", "bb:1")).isEmpty();
  }

  @Test
  void nobody_takes_the_leaders_place() {
    assertThatThrownBy(() -> Roster.admit(group(leader("aa-1")), "aa-2", "aa:1"))
        .isInstanceOf(MembershipRefused.class)
        .hasMessageContaining("taken by the leader");
  }

  @Test
  void a_removal_that_costs_the_quorum_is_refused_unless_forced() {
    var now = group(leader("aa-1"), voter("bb-1"), gone("cc-1"));

    assertThatThrownBy(() -> Roster.remove(now, "bb", false))
        .isInstanceOf(MembershipRefused.class)
        .hasMessageContaining("1 of 2 voting servers would be reachable");
    assertThat(Roster.remove(now, "bb", true)).isPresent();
    assertThat(Roster.remove(now, "cc", false)).isPresent();
    assertThat(Roster.remove(now, "dd", false)).isEmpty();
  }

  @Test
  void a_witness_succeeds_only_where_no_server_can() {
    assertThat(Roster.successor(group(leader("aa-1"), voter("bb-1-w"), voter("cc-1"))))
        .map(Member::peerId)
        .contains("cc-1");
    assertThat(Roster.successor(group(leader("aa-1"), voter("bb-1-w"), gone("cc-1"))))
        .map(Member::peerId)
        .contains("bb-1-w");
  }

  @Property(tries = 100)
  void promotion_ends_with_an_odd_number_of_voters_or_with_no_listener_left(
      @ForAll @IntRange(min = 1, max = 6) int voters,
      @ForAll @IntRange(min = 0, max = 6) int listeners) {
    var members = new java.util.ArrayList<Member>(List.of(leader("a0-1")));
    for (int i = 1; i < voters; i++) {
      members.add(voter("a" + i + "-1"));
    }
    for (int i = 0; i < listeners; i++) {
      members.add(member("b" + i + "-1", false, false, 0));
    }
    var now = new StoreGroup(1, members);

    for (var next = Roster.promote(now); next.isPresent(); next = Roster.promote(now)) {
      now = new StoreGroup(1, Roster.withVote(now, next.get()));
    }

    boolean odd = now.voters().size() % 2 == 1;
    boolean allVote = now.voters().size() == now.members().size();
    assertThat(odd || allVote).isTrue();
    assertThat(now.members().size() - now.voters().size()).isLessThanOrEqualTo(1);
  }

  @Test
  void the_outlook_counts_what_may_still_fail() {
    assertThat(group(leader("aa-1"), voter("bb-1"), voter("cc-1")).outlook())
        .isEqualTo("survives the failure of 1 more server");
    assertThat(group(leader("aa-1"), voter("bb-1"), gone("cc-1")).outlook())
        .isEqualTo("loses quorum if one more server fails");
    assertThat(group(leader("aa-1"), gone("bb-1"), gone("cc-1")).failuresTolerated()).isEqualTo(-1);
  }

  private static StoreGroup group(Member... members) {
    return new StoreGroup(1, List.of(members));
  }

  private static Member leader(String peerId) {
    return member(peerId, true, true, 0);
  }

  private static Member voter(String peerId) {
    return member(peerId, true, false, 0);
  }

  private static Member gone(String peerId) {
    return member(peerId, true, false, 60_000);
  }

  private static Member member(String peerId, boolean voter, boolean leader, long silent) {
    String uid = PeerName.nodeUid(peerId);
    return new Member(peerId, uid, uid + ":1", PeerName.witness(peerId), voter, leader, 0, silent);
  }
}
