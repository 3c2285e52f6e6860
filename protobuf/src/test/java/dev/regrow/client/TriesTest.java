package dev.regrow.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.regrow.client.ApiException.Applied;
import dev.regrow.client.ApiException.Conflict;
import dev.regrow.client.ApiException.DiskFull;
import dev.regrow.client.ApiException.NotFound;
import dev.regrow.client.ApiException.Stale;
import dev.regrow.client.ApiException.TimedOut;
import dev.regrow.client.ApiException.Unavailable;
import dev.regrow.client.ApiException.Unreachable;
import dev.regrow.client.Tries.Again;
import dev.regrow.client.Tries.Next;
import dev.regrow.client.http.TransportException.Stage;
import dev.regrow.v1.Problem;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a call that failed at one node goes to another, and what else its sender is told. */
class TriesTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @ParameterizedTest
  @EnumSource(Again.class)
  void a_node_that_cannot_be_reached_is_passed_over_by_any_call(Again again) {
    var next = Tries.none(again, 2).unanswered(Stage.CONNECTING, "n1 is away");

    assertThat(next.orThrow()).isEqualTo(new Tries(again, 2, Applied.NO, List.of("n1 is away")));
  }

  @ParameterizedTest
  @EnumSource(Again.class)
  void one_that_says_that_nothing_was_applied_is_passed_over_by_any_call(Again again) {
    var after = Tries.none(again, 2).refused(unavailable(Applied.NO)).orThrow();

    assertThat(after.applied()).isEqualTo(Applied.NO);
    assertThat(after.made()).isEqualTo(1);
  }

  @Test
  void what_may_have_been_carried_out_is_sent_again_only_if_it_can_be_repeated() {
    var once = failure(Tries.none(Again.NEVER, 2).unanswered(Stage.SENT, "n1 broke off"));

    assertThat(once).isInstanceOf(Unreachable.class).hasMessage("n1 broke off");
    assertThat(((Unreachable) once).applied()).isEqualTo(Applied.UNKNOWN);
    for (var again : List.of(Again.WHEN_BROKEN_OFF, Again.ALWAYS)) {
      var after = Tries.none(again, 2).unanswered(Stage.SENT, "n1 broke off").orThrow();
      assertThat(after.applied()).as("%s", again).isEqualTo(Applied.UNKNOWN);
    }
  }

  @Test
  void one_that_does_not_know_what_it_did_is_the_last_unless_the_call_can_be_repeated() {
    var unknown = unavailable(Applied.UNKNOWN);

    var once = failure(Tries.none(Again.NEVER, 2).refused(unknown));

    assertThat(once).isInstanceOf(Unavailable.class);
    assertThat(((Unavailable) once).applied()).isEqualTo(Applied.UNKNOWN);
    assertThat(Tries.none(Again.WHEN_BROKEN_OFF, 2).refused(unknown).orThrow().applied())
        .isEqualTo(Applied.UNKNOWN);
  }

  @ParameterizedTest
  @EnumSource(
      value = Again.class,
      names = {"NEVER", "WHEN_BROKEN_OFF"})
  void one_that_hangs_is_the_last_that_is_asked_for_a_change(Again again) {
    var late = failure(Tries.none(again, 2).unanswered(Stage.TIMED_OUT, "n1 is silent"));

    assertThat(late).isInstanceOf(TimedOut.class);
    assertThat(((TimedOut) late).applied()).isEqualTo(Applied.UNKNOWN);
  }

  @Test
  void one_that_hangs_is_passed_over_by_what_only_reads_and_the_last_is_told_of_all() {
    var tries = Tries.none(Again.ALWAYS, 2).unanswered(Stage.TIMED_OUT, "n1 is silent").orThrow();

    assertThat(failure(tries.unanswered(Stage.TIMED_OUT, "n2 is silent")))
        .isInstanceOf(TimedOut.class)
        .hasMessage("n1 is silent; n2 is silent");
    assertThat(failure(tries.unanswered(Stage.CONNECTING, "n2 is away")))
        .isInstanceOf(Unreachable.class)
        .hasMessage("n1 is silent; n2 is away");
  }

  @Test
  void nothing_was_applied_where_nobody_was_reached() {
    var tries = Tries.none(Again.NEVER, 2).unanswered(Stage.CONNECTING, "n1 is away").orThrow();

    var nobody = failure(tries.unanswered(Stage.CONNECTING, "n2 is away"));

    assertThat(((Unreachable) nobody).applied()).isEqualTo(Applied.NO);
  }

  @ParameterizedTest
  @ValueSource(ints = {409, 412, 507})
  void a_refusal_may_be_what_the_node_before_did(int status) {
    var tries = Tries.none(Again.WHEN_BROKEN_OFF, 3);
    var answer = answer(status);

    var first = failure(tries.refused(answer));
    var later = failure(tries.unanswered(Stage.SENT, "n1 broke off").orThrow().refused(answer));

    assertThat(first).isSameAs(answer).isInstanceOfAny(Conflict.class, Stale.class, DiskFull.class);
    assertThat(later).isInstanceOf(Unavailable.class).hasMessage("because of the test");
    assertThat(((Unavailable) later).applied()).isEqualTo(Applied.UNKNOWN);
  }

  @Test
  void that_nothing_was_applied_at_the_last_node_does_not_count_for_those_before() {
    var tries = Tries.none(Again.WHEN_BROKEN_OFF, 2).unanswered(Stage.SENT, "n1 broke off");

    var last = failure(tries.orThrow().refused(unavailable(Applied.NO)));

    assertThat(((Unavailable) last).applied()).isEqualTo(Applied.UNKNOWN);
  }

  @Test
  void what_one_node_refuses_for_all_is_asked_of_no_other() {
    var absent = answer(404);

    assertThat(failure(Tries.none(Again.ALWAYS, 3).refused(absent)))
        .isSameAs(absent)
        .isInstanceOf(NotFound.class);
  }

  @Test
  void what_only_reads_shares_its_time_among_the_nodes_that_are_left() {
    var three = Tries.none(Again.ALWAYS, 3);
    var last = new Tries(Again.ALWAYS, 3, Applied.NO, List.of("n1 is away", "n2 is away"));

    assertThat(three.patience(Duration.ofSeconds(6))).hasSeconds(2);
    assertThat(three.patience(LONG)).as("with time for all").hasSeconds(5);
    assertThat(last.patience(LONG)).isEqualTo(LONG);
    assertThat(Tries.none(Again.ALWAYS, 1).patience(LONG)).isEqualTo(LONG);
  }

  @ParameterizedTest
  @EnumSource(
      value = Again.class,
      names = {"NEVER", "WHEN_BROKEN_OFF"})
  void a_change_has_all_the_time_at_the_node_that_it_was_sent_to(Again again) {
    assertThat(Tries.none(again, 3).patience(LONG)).isEqualTo(LONG);
  }

  private static Throwable failure(Next next) {
    return catchThrowable(next::orThrow);
  }

  private static Unavailable unavailable(Applied applied) {
    return new Unavailable(Problem.newBuilder().setStatus(503).build(), applied);
  }

  private static ApiException answer(int status) {
    return ApiException.of(
        Problem.newBuilder().setStatus(status).setDetail("because of the test").build());
  }
}
