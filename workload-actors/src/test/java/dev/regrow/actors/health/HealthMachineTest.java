package dev.regrow.actors.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.health.Checks.Check;
import dev.regrow.actors.health.Checks.Kind;
import dev.regrow.actors.health.HealthMachine.Effect;
import dev.regrow.actors.health.HealthMachine.Step;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.Probe.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthMachineTest {

  private static final Probe PROBE = new Probe.Tcp(80);
  private static final Check EVERY_SECOND =
      new Check(PROBE, Duration.ofSeconds(1), Duration.ofSeconds(1), 3);
  private static final Outcome BAD = Outcome.failed("port 80 refuses connections");

  @Test
  void without_probes_it_is_ready_when_it_runs() {
    var step = HealthMachine.begin(Checks.NONE, 0);

    assertThat(step.state().ready()).isTrue();
    assertThat(step.effects()).isEmpty();
  }

  @Test
  void the_others_wait_until_the_startup_probe_has_succeeded() {
    var run = new Run(Map.of(Kind.STARTUP, EVERY_SECOND, Kind.READINESS, EVERY_SECOND));
    assertThat(run.asked()).containsExactly(Kind.STARTUP);

    run.answer(Kind.STARTUP, Outcome.WELL);
    assertThat(run.ready()).isFalse();
    assertThat(run.asked()).containsExactly(Kind.STARTUP, Kind.READINESS);

    run.answer(Kind.READINESS, Outcome.WELL);
    assertThat(run.ready()).isTrue();
  }

  @Test
  void what_does_not_start_within_failures_times_interval_is_condemned() {
    var run = new Run(Map.of(Kind.STARTUP, EVERY_SECOND));

    while (run.condemned == null) {
      run.answer(Kind.STARTUP, BAD);
    }

    assertThat(run.now).isBetween(seconds(3), seconds(4));
    assertThat(run.condemned).isEqualTo("startup: port 80 refuses connections, for 3 s");
  }

  @Test
  void a_start_is_noticed_at_once_and_asked_for_ever_more_slowly() {
    var run = new Run(Map.of(Kind.READINESS, EVERY_SECOND));

    for (int i = 0; i < 7; i++) {
      run.answer(Kind.READINESS, BAD);
    }

    assertThat(run.waits)
        .startsWith(
            Duration.ZERO,
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(400),
            Duration.ofMillis(800),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1));
  }

  @Test
  void three_failures_in_a_row_make_it_not_ready_and_one_success_ready_again() {
    var run = new Run(Map.of(Kind.READINESS, EVERY_SECOND));
    run.answer(Kind.READINESS, Outcome.WELL);

    run.answer(Kind.READINESS, BAD);
    run.answer(Kind.READINESS, BAD);
    run.answer(Kind.READINESS, Outcome.WELL);
    run.answer(Kind.READINESS, BAD);
    run.answer(Kind.READINESS, BAD);
    assertThat(run.ready()).isTrue();
    run.answer(Kind.READINESS, BAD);
    assertThat(run.ready()).isFalse();
    run.answer(Kind.READINESS, Outcome.WELL);
    assertThat(run.ready()).isTrue();
  }

  @Test
  void liveness_condemns_no_sooner_than_its_failures_at_its_interval_take() {
    var run = new Run(Map.of(Kind.LIVENESS, EVERY_SECOND));

    while (run.condemned == null) {
      run.answer(Kind.LIVENESS, BAD);
    }

    assertThat(run.now).isGreaterThanOrEqualTo(seconds(2));
    assertThat(run.ready()).isFalse();
  }

  @Test
  void after_a_take_over_the_first_answer_decides() {
    var checks = new Checks(Map.of(Kind.READINESS, EVERY_SECOND));

    var taken = HealthMachine.takeOver(checks, true, 0);
    assertThat(taken.state().ready()).isTrue();

    var step = HealthMachine.answered(taken.state(), Kind.READINESS, BAD, 1);
    assertThat(step.state().ready()).isFalse();
  }

  @Property
  void what_always_answers_well_is_ready_and_never_condemned(
      @ForAll("checks") Map<Kind, Check> checks, @ForAll("kinds") List<Kind> order) {
    var run = new Run(checks);

    order.forEach(kind -> run.answer(kind, Outcome.WELL));
    List.of(Kind.values()).forEach(kind -> run.answer(kind, Outcome.WELL));
    List.of(Kind.values()).forEach(kind -> run.answer(kind, Outcome.WELL));

    assertThat(run.condemned).isNull();
    assertThat(run.ready()).isTrue();
  }

  @Property
  void until_it_is_condemned_each_answer_leads_to_the_next_question_within_the_interval(
      @ForAll("checks") Map<Kind, Check> checks, @ForAll("answers") List<Answer> answers) {
    var run = new Run(checks);

    for (var answer : answers) {
      boolean wasAsked = run.step.state().tracks().containsKey(answer.kind);
      run.waits.clear();
      run.answer(answer.kind, answer.well ? Outcome.WELL : BAD);
      if (run.condemned != null) {
        assertThat(run.step.state().tracks()).isEmpty();
        assertThat(run.ready()).isFalse();
        return;
      }
      boolean over = answer.kind == Kind.STARTUP && answer.well;
      assertThat(run.waits).hasSize(wasAsked ? over ? run.step.state().tracks().size() : 1 : 0);
      assertThat(run.waits)
          .allSatisfy(
              wait ->
                  assertThat(wait)
                      .isLessThanOrEqualTo(
                          over ? Duration.ZERO : checkOf(checks, answer.kind).interval()));
    }
  }

  @Property
  void it_is_condemned_only_after_as_many_failures_in_a_row_as_count(
      @ForAll("checks") Map<Kind, Check> checks, @ForAll("answers") List<Answer> answers) {
    var run = new Run(checks);
    var inARow = new EnumMap<Kind, Integer>(Kind.class);

    for (var answer : answers) {
      if (run.step.state().tracks().containsKey(answer.kind)) {
        inARow.merge(answer.kind, 1, (before, one) -> before + one);
        if (answer.well) {
          inARow.put(answer.kind, 0);
        }
      }
      run.answer(answer.kind, answer.well ? Outcome.WELL : BAD);
      if (run.condemned != null) {
        assertThat(answer.kind).isNotEqualTo(Kind.READINESS);
        assertThat(inARow.get(answer.kind))
            .isGreaterThanOrEqualTo(
                answer.kind == Kind.LIVENESS ? checkOf(checks, answer.kind).failures() : 1);
        return;
      }
    }
  }

  private static Check checkOf(Map<Kind, Check> checks, Kind kind) {
    return Objects.requireNonNull(checks.get(kind), kind + " was never asked");
  }

  record Answer(Kind kind, boolean well) {}

  @Provide
  Arbitrary<List<Kind>> kinds() {
    return Arbitraries.of(Kind.values()).list().ofMaxSize(20);
  }

  @Provide
  Arbitrary<List<Answer>> answers() {
    return Combinators.combine(Arbitraries.of(Kind.values()), Arbitraries.of(true, false, false))
        .as(Answer::new)
        .list()
        .ofMaxSize(60);
  }

  @Provide
  Arbitrary<Map<Kind, Check>> checks() {
    var check =
        Combinators.combine(
                Arbitraries.integers().between(100, 20_000), Arbitraries.integers().between(1, 6))
            .as(
                (interval, failures) ->
                    new Check(PROBE, Duration.ofMillis(interval), Duration.ofSeconds(1), failures));
    return Arbitraries.maps(Arbitraries.of(Kind.values()), check);
  }

  private static long seconds(int count) {
    return Duration.ofSeconds(count).toNanos();
  }

  /** An attempt whose probes are answered when they are asked. */
  private static final class Run {
    private long now;
    private Step step;
    private @Nullable String condemned;
    private final List<Kind> asked = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();

    Run(Map<Kind, Check> checks) {
      take(HealthMachine.begin(new Checks(checks), now));
    }

    void answer(Kind kind, Outcome outcome) {
      take(HealthMachine.answered(step.state(), kind, outcome, now));
    }

    private void take(Step next) {
      step = next;
      for (var effect : next.effects()) {
        if (effect instanceof Effect.Ask ask) {
          asked.add(ask.kind());
          waits.add(ask.after());
          now += ask.after().toNanos();
        } else if (effect instanceof Effect.Condemn condemn) {
          condemned = condemn.why();
        }
      }
    }

    List<Kind> asked() {
      return asked.stream().distinct().toList();
    }

    boolean ready() {
      return step.state().ready();
    }
  }
}
