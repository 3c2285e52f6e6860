package dev.regrow.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.membership.Downing.Blind;
import dev.regrow.core.membership.Downing.Member;
import dev.regrow.core.membership.Downing.Patience;
import dev.regrow.core.membership.Downing.Proposal;
import dev.regrow.core.membership.Downing.Signs;
import dev.regrow.core.membership.Downing.Turn;
import dev.regrow.core.membership.Downing.Verdict;
import dev.regrow.core.membership.Downing.View;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class DowningTest {

  private static final Patience PATIENCE = new Patience(millis(400), millis(2000), millis(3000));

  @Test
  void nobody_goes_while_all_see_all() {
    assertThat(propose("m1", 5)).isEqualTo(new Proposal(Set.of(), Turn.FIRST));
  }

  @Test
  void a_dead_member_goes() {
    assertThat(propose("m1", 3, blind("m1", "m3"), blind("m2", "m3")))
        .isEqualTo(new Proposal(Set.of("m3"), Turn.FIRST));
  }

  @Test
  void one_that_is_alone_with_its_complaints_lets_the_others_speak_first() {
    assertThat(propose("m3", 3, blind("m3", "m1"), blind("m3", "m2")))
        .isEqualTo(new Proposal(Set.of("m1", "m2"), Turn.SECOND));
    assertThat(propose("m1", 3, blind("m3", "m1"), blind("m3", "m2")))
        .isEqualTo(new Proposal(Set.of("m3"), Turn.FIRST));
  }

  @Test
  void of_two_equal_sides_the_one_with_the_oldest_member_speaks_first() {
    assertThat(propose("m1", 2, blind("m1", "m2")))
        .isEqualTo(new Proposal(Set.of("m2"), Turn.FIRST));
    assertThat(propose("m2", 2, blind("m2", "m1")))
        .isEqualTo(new Proposal(Set.of("m1"), Turn.SECOND));
  }

  @Test
  void of_two_that_only_a_third_connects_the_older_speaks_first_and_the_third_last() {
    var sights = new Blind[] {blind("m2", "m3"), blind("m3", "m2")};

    assertThat(propose("m2", 3, sights)).isEqualTo(new Proposal(Set.of("m3"), Turn.FIRST));
    assertThat(propose("m3", 3, sights)).isEqualTo(new Proposal(Set.of("m2"), Turn.SECOND));
    assertThat(propose("m1", 3, sights)).isEqualTo(new Proposal(Set.of("m3"), Turn.THIRD));
  }

  @Test
  void of_two_sides_that_only_one_connects_each_keeps_itself_whole_and_one_speaks_first() {
    var left = Set.of("m1", "m5");
    var right = Set.of("m2", "m4");
    var sights =
        Stream.of(across(left, right), across(right, left))
            .flatMap(Arrays::stream)
            .toArray(Blind[]::new);

    for (var self : right) {
      assertThat(propose(self, 5, sights)).isEqualTo(new Proposal(left, Turn.FIRST));
    }
    for (var self : left) {
      assertThat(propose(self, 5, sights)).isEqualTo(new Proposal(right, Turn.SECOND));
    }
    assertThat(propose("m3", 5, sights).turn()).isEqualTo(Turn.THIRD);
  }

  @Test
  void who_only_hears_of_a_dead_member_leaves_it_to_those_that_miss_it() {
    assertThat(propose("m1", 3, blind("m2", "m3")))
        .isEqualTo(new Proposal(Set.of("m3"), Turn.THIRD));
  }

  @Test
  void who_has_ended_goes_at_once_whose_machine_is_silent_soon_and_who_hangs_later() {
    var proposal = new Proposal(Set.of("m5", "m6", "m7"), Turn.FIRST);
    var signs = new Signs(Set.of("m5", "m2"), Set.of("m6", "m3"));

    assertThat(proposal.verdict(signs, millis(0), PATIENCE))
        .isEqualTo(new Verdict(Set.of("m5"), millis(400)));
    assertThat(proposal.verdict(signs, millis(400), PATIENCE))
        .isEqualTo(new Verdict(Set.of("m5", "m6"), millis(1600)));
    assertThat(proposal.verdict(signs, millis(2000), PATIENCE))
        .isEqualTo(new Verdict(Set.of("m5", "m6", "m7"), millis(0)));
  }

  @Test
  void whose_turn_is_later_waits_longer_for_all_but_those_that_have_ended() {
    var signs = new Signs(Set.of("m1"), Set.of("m2"));
    var second = new Proposal(Set.of("m1", "m2"), Turn.SECOND);
    var third = new Proposal(Set.of("m1", "m2"), Turn.THIRD);

    assertThat(second.verdict(signs, millis(3399), PATIENCE).dead()).containsExactly("m1");
    assertThat(second.verdict(signs, millis(3400), PATIENCE).dead())
        .containsExactlyInAnyOrder("m1", "m2");
    assertThat(third.verdict(signs, millis(6399), PATIENCE).dead()).containsExactly("m1");
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  @Property
  void those_that_stay_all_see_each_other_and_none_goes_without_cause(@ForAll("views") View view) {
    var proposal = Downing.propose(view);
    var kept = new HashSet<>(names(view));
    kept.removeAll(proposal.dead());

    assertThat(view.sights())
        .noneMatch(sight -> kept.contains(sight.observer()) && kept.contains(sight.subject()));
    for (var dead : proposal.dead()) {
      assertThat(view.sights()).as("%s is declared dead, so somebody was blind", dead).isNotEmpty();
    }
    if (view.sights().isEmpty()) {
      assertThat(proposal.dead()).isEmpty();
    }
  }

  @Property
  void in_a_clean_split_each_side_keeps_itself_whole_and_one_speaks_first(
      @ForAll("splits") Set<String> side) {
    int count = 7;
    var all = IntStream.rangeClosed(1, count).mapToObj(i -> "m" + i).collect(Collectors.toSet());
    var others = new HashSet<>(all);
    others.removeAll(side);
    var here = across(side, others);
    var there = across(others, side);

    var one = propose(side.iterator().next(), count, here);
    var other = propose(others.iterator().next(), count, there);

    assertThat(one.dead()).isEqualTo(others);
    assertThat(other.dead()).isEqualTo(side);
    assertThat(one.turn()).isNotEqualTo(other.turn());
  }

  @Provide
  Arbitrary<View> views() {
    return Arbitraries.integers()
        .between(1, 8)
        .flatMap(
            count -> {
              var name = Arbitraries.integers().between(1, count).map(i -> "m" + i);
              var sights =
                  Combinators.combine(name, name)
                      .as(Blind::new)
                      .filter(b -> !b.observer().equals(b.subject()))
                      .set()
                      .ofMaxSize(count == 1 ? 0 : 12);
              return Combinators.combine(
                      name, count == 1 ? Arbitraries.just(Set.<Blind>of()) : sights)
                  .as((self, blind) -> new View(self, members(count), blind));
            });
  }

  @Provide
  Arbitrary<Set<String>> splits() {
    return Arbitraries.integers().between(1, 7).map(i -> "m" + i).set().ofMinSize(1).ofMaxSize(6);
  }

  private static Blind[] across(Set<String> observers, Set<String> subjects) {
    return observers.stream()
        .flatMap(observer -> subjects.stream().map(subject -> new Blind(observer, subject)))
        .toArray(Blind[]::new);
  }

  private static Proposal propose(String self, int count, Blind... sights) {
    return Downing.propose(new View(self, members(count), Set.of(sights)));
  }

  private static Set<Member> members(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new Member("m" + i, i))
        .collect(Collectors.toSet());
  }

  private static Set<String> names(View view) {
    return view.members().stream().map(Member::address).collect(Collectors.toSet());
  }

  private static Blind blind(String observer, String subject) {
    return new Blind(observer, subject);
  }
}
