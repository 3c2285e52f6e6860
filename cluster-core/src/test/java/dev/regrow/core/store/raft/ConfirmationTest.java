package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ConfirmationTest {

  private static final String SELF = "a:1";
  private static final long TERM = 7;

  private final Map<String, CompletableFuture<Long>> asked = new LinkedHashMap<>();
  private final List<String> rounds = new ArrayList<>();
  private Optional<Confirmation.Leading> leading = among(Set.of(SELF, "b:1", "c:1"));
  private final Confirmation confirmation = new Confirmation(() -> leading, this::ask);

  @Test
  void a_leader_that_is_alone_asks_nobody() {
    leading = among(Set.of(SELF));

    assertThat(confirmation.confirm()).isCompleted();
    assertThat(asked).isEmpty();
  }

  @Test
  void a_majority_of_the_same_term_confirms() {
    var confirmed = confirmation.confirm();

    assertThat(confirmed).isNotDone();
    says("b:1", TERM);
    assertThat(confirmed).isCompleted();
  }

  @Test
  void one_that_starts_and_knows_no_term_yet_confirms_nothing() {
    var confirmed = confirmation.confirm();

    says("b:1", -1);
    assertThat(confirmed).isNotDone();
    says("c:1", TERM);
    assertThat(confirmed).isCompleted();
  }

  @Test
  void who_knows_a_later_term_has_voted_or_may_have_so_this_leader_is_none_any_more() {
    var confirmed = confirmation.confirm();

    says("b:1", TERM + 1);

    assertThat(confirmed).isCompletedExceptionally();
    assertThat(confirmed.handle((done, failure) -> Failures.cause(failure)))
        .isCompletedWithValueMatching(Proposer.NotProposed.class::isInstance);
  }

  @Test
  void without_answers_of_a_majority_nothing_is_confirmed() {
    var confirmed = confirmation.confirm();

    saysNothing("b:1");
    assertThat(confirmed).isNotDone();
    saysNothing("c:1");

    assertThat(confirmed.handle((done, failure) -> Failures.cause(failure)))
        .isCompletedWithValueMatching(StoreException.class::isInstance);
  }

  @Test
  void who_does_not_lead_confirms_nothing() {
    leading = Optional.empty();

    assertThat(confirmation.confirm()).isCompletedExceptionally();
  }

  @Test
  void while_the_group_changes_both_majorities_must_confirm() {
    leading = among(Set.of(SELF, "b:1", "c:1"), Set.of(SELF, "d:1", "e:1"));
    var confirmed = confirmation.confirm();

    says("b:1", TERM);
    says("c:1", TERM);
    assertThat(confirmed).isNotDone();
    says("e:1", TERM);
    assertThat(confirmed).isCompleted();
  }

  @Test
  void who_asks_during_a_round_is_confirmed_by_answers_to_a_later_one() {
    var first = confirmation.confirm();
    var second = confirmation.confirm();
    var third = confirmation.confirm();
    var early = Map.copyOf(asked);

    Objects.requireNonNull(early.get("b:1")).complete(TERM);
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    Objects.requireNonNull(early.get("c:1")).complete(TERM);
    assertThat(second).isNotDone();
    says("c:1", TERM);

    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
    assertThat(rounds).as("asked in two rounds").hasSize(4);
  }

  private static Optional<Confirmation.Leading> among(Set<?>... voters) {
    var sets = new ArrayList<Set<String>>();
    for (var set : voters) {
      sets.add(Set.copyOf(set.stream().map(String::valueOf).toList()));
    }
    return Optional.of(new Confirmation.Leading(TERM, SELF, sets));
  }

  private CompletableFuture<Long> ask(String address) {
    rounds.add(address);
    var answer = new CompletableFuture<Long>();
    asked.put(address, answer);
    return answer;
  }

  private void says(String address, long term) {
    Objects.requireNonNull(asked.get(address)).complete(term);
  }

  private void saysNothing(String address) {
    Objects.requireNonNull(asked.get(address))
        .completeExceptionally(new IllegalStateException("no answer"));
  }
}
