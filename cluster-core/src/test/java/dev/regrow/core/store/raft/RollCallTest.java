package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RollCallTest {

  @Test
  void who_ended_a_moment_ago_does_not_succeed_the_leader_though_nobody_has_missed_it_yet() {
    var leader = member("aa", true, 0);
    var ended = member("bb", false, 20);
    var there = member("cc", false, 300);

    var group =
        answering("cc:1").ofLeaders(new StoreGroup(7, List.of(leader, ended, there))).join();

    assertThat(Roster.successor(group)).contains(there);
    assertThat(group.leader()).contains(leader);
    assertThat(group.term()).isEqualTo(7);
  }

  @Test
  void a_leader_that_nobody_answers_has_no_successor() {
    var known = new StoreGroup(7, List.of(member("aa", true, 0), member("bb", false, 20)));

    assertThat(Roster.successor(answering("").ofLeaders(known).join())).isEmpty();
  }

  private static RollCall answering(String address) {
    return new RollCall(
        "aa:1",
        asked ->
            asked.equals(address)
                ? CompletableFuture.completedFuture(7L)
                : CompletableFuture.failedFuture(new Proposer.NotProposed(asked + " is gone")));
  }

  private static Member member(String uid, boolean leader, long silentMillis) {
    return new Member(uid + "-1", uid, uid + ":1", false, true, leader, 0, silentMillis);
  }
}
