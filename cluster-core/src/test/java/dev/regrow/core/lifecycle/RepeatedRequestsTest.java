package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.Workload;
import java.util.Objects;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** A request whose answer was lost comes again, to the same entity or to the next one. */
class RepeatedRequestsTest {

  private static final Ask.Expect NOTHING = Ask.Expect.NOTHING;
  private static final int ENTITY = 0;
  private static final int NEXT_ENTITY = 1;

  private final Simulation sim = new Simulation(1, 1, 1L << 40);

  @Test
  void a_creation_that_comes_again_says_that_it_created() {
    var apply = Simulation.apply("good", 2, UnaryOperator.identity());
    sim.ask(ENTITY, apply, new Ask.Expect.Absent(), first(7));
    sim.pass(20_000);

    sim.ask(NEXT_ENTITY, apply, new Ask.Expect.Absent(), again(7, 1));
    sim.pass(20_000);

    assertThat(done(1).outcome()).isEqualTo(Answer.Outcome.CREATED);
    assertThat(the().rollout().revision()).isEqualTo(1);
  }

  @Test
  void a_change_under_a_condition_is_not_held_against_itself() {
    createdAsGood();
    long index = the().index();
    var better = Simulation.apply("better", 2, UnaryOperator.identity());
    var apply = new Ask.Apply(better.declared(), "uid-2");
    sim.ask(ENTITY, apply, new Ask.Expect.IndexIs(index), first(8));
    sim.pass(20_000);

    sim.ask(NEXT_ENTITY, apply, new Ask.Expect.IndexIs(index), again(8, index));
    sim.pass(20_000);

    assertThat(done(2).outcome()).isEqualTo(Answer.Outcome.CHANGED);
    assertThat(the().rollout().revision()).isEqualTo(2);
  }

  @Test
  void what_was_lost_on_its_way_is_carried_out_when_it_comes_again() {
    createdAsGood();
    long since = the().index();
    sim.pass(20_000);

    sim.ask(NEXT_ENTITY, new Ask.Restart(), NOTHING, again(8, since));
    sim.pass(20_000);

    assertThat(done(1).outcome()).isEqualTo(Answer.Outcome.CHANGED);
    assertThat(the().rollout().restartGeneration()).isEqualTo(1);
  }

  @Test
  void a_rollback_that_comes_again_does_not_turn_round() {
    createdAsGood();
    sim.ask(ENTITY, Simulation.apply("v2", 2, UnaryOperator.identity()), NOTHING, first(8));
    sim.pass(20_000);
    long since = the().index();

    sim.ask(ENTITY, new Ask.Rollback(0), NOTHING, first(9));
    sim.pass(20_000);
    sim.ask(NEXT_ENTITY, new Ask.Rollback(0), NOTHING, again(9, since));
    sim.pass(20_000);

    assertThat(the().rollout().revision()).isEqualTo(3);
    assertThat(done(3).outcome()).isEqualTo(Answer.Outcome.CHANGED);
  }

  @Test
  void after_many_changes_by_others_nobody_knows_and_it_says_so() {
    createdAsGood();
    long since = the().index();
    sim.ask(ENTITY, new Ask.Restart(), NOTHING, first(8));
    sim.pass(20_000);
    for (int replicas = 3; replicas <= 10; replicas++) {
      sim.ask(ENTITY, new Ask.Scale(replicas), NOTHING, first(6 + replicas));
      sim.pass(20_000);
    }

    sim.ask(NEXT_ENTITY, new Ask.Restart(), NOTHING, again(8, since));
    sim.pass(20_000);

    var refused = (Answer.Refused) sim.answers.get(10);
    assertThat(refused.why()).isEqualTo(Answer.Why.OUTCOME_UNKNOWN);
    assertThat(refused.message()).contains("default/web was changed").contains("read it");
    assertThat(the().rollout().restartGeneration()).isEqualTo(1);
  }

  @Test
  void a_deletion_that_comes_again_when_all_is_gone_is_not_called_a_mistake() {
    createdAsGood();
    long since = the().index();
    sim.ask(ENTITY, new Ask.Delete(), NOTHING, first(8));
    sim.pass(60_000);
    assertThat(sim.records().workload()).isNull();

    sim.ask(NEXT_ENTITY, new Ask.Delete(), NOTHING, again(8, since));
    sim.pass(1_000);

    var refused = (Answer.Refused) sim.answers.get(2);
    assertThat(refused.why()).isEqualTo(Answer.Why.OUTCOME_UNKNOWN);
    assertThat(refused.message()).contains("may have been this request that deleted it");
  }

  @Property(tries = 300)
  void however_often_it_comes_and_to_whom_a_request_is_carried_out_at_most_once(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int requests) {
    var storm = new Simulation(seed, 1, 1L << 40);
    storm.ask(Simulation.apply("good", 1, UnaryOperator.identity()));
    storm.pass(20_000);
    storm.haveTwin();
    storm.loss = 0.3; // Of commits' answers, too.

    for (int number = 1; number <= requests; number++) {
      long since = storm.store.appliedIndex();
      int attempts = 1 + storm.random.nextInt(3);
      for (int attempt = 0; attempt < attempts; attempt++) {
        var which = attempt == 0 ? first(number) : again(number, since);
        storm.ask(storm.random.nextInt(2), new Ask.Restart(), NOTHING, which);
        storm.pass(storm.random.nextInt(8));
      }
    }
    storm.pass(20_000);

    var stored = Objects.requireNonNull(storm.records().workload());
    assertThat(stored.rollout().restartGeneration()).isBetween(1L, (long) requests);
  }

  private void createdAsGood() {
    sim.ask(ENTITY, Simulation.apply("good", 2, UnaryOperator.identity()), NOTHING, first(7));
    sim.pass(20_000);
  }

  private static Ask.Attempt first(long number) {
    return new Ask.Attempt(number, 0);
  }

  private static Ask.Attempt again(long number, long since) {
    return new Ask.Attempt(number, since);
  }

  private Answer.Done done(int answer) {
    return (Answer.Done) sim.answers.get(answer);
  }

  private Workload the() {
    return Objects.requireNonNull(sim.records().workload());
  }
}
