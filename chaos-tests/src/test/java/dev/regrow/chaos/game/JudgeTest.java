package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.game.Judge.Count;
import dev.regrow.chaos.game.Judge.Look;
import dev.regrow.chaos.game.Judge.Sights;
import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class JudgeTest {

  private static Hypothesis.Answers answers(double percent, Optional<Duration> maxGap) {
    return new Hypothesis.Answers(
        "web answers",
        "web",
        new Hypothesis.Tcp("any", 80),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        percent,
        maxGap,
        true);
  }

  private static Judge judge(List<Sample> samples) {
    return new Judge(new Sights(Map.of("web", samples), Map.of(), Map.of()), 1000, 2000);
  }

  private static Sample sample(long at, boolean good) {
    return new Sample(at, 5, good, good ? "" : "refused");
  }

  private static List<Sample> drawn(Random random, int count) {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < count; i++) {
      samples.add(sample(100L * i, random.nextInt(10) > 0));
    }
    return samples;
  }

  @Test
  void what_was_before_is_not_judged() {
    var verdict =
        judge(List.of(sample(900, false), sample(1000, true))).of(answers(100, Optional.empty()));

    assertThat(verdict.judgement()).isEqualTo(Judgement.HELD);
    assertThat(verdict.seen()).isEqualTo("100 % of 1 answers");
  }

  @Test
  void nothing_asked_is_nothing_proven() {
    assertThat(judge(List.of()).of(answers(0, Optional.empty())).judgement())
        .isEqualTo(Judgement.OPEN);
  }

  @Test
  void who_could_not_ask_in_time_says_so() {
    var verdict =
        judge(List.of(sample(1000, true), sample(2600, false), sample(2700, true)))
            .of(answers(50, Optional.empty()));

    assertThat(verdict.seen())
        .isEqualTo(
            "66.66 % of 3 answers, longest gap 1s700ms; this machine was so busy that it asked up"
                + " to 1s500ms late");
  }

  @Test
  void one_in_a_hundred_thousand_is_not_rounded_away() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 100_000; i++) {
      samples.add(sample(1000 + i, i != 500));
    }

    var verdict = judge(samples).of(answers(100, Optional.empty()));

    assertThat(verdict.judgement()).isEqualTo(Judgement.BROKEN);
    assertThat(verdict.seen()).startsWith("99.99 %");
    assertThat(verdict.details()).containsExactly("at 1s500ms: refused");
  }

  @Property
  void it_holds_exactly_if_enough_were_good_and_no_gap_was_too_long(
      @ForAll long seed,
      @ForAll @IntRange(min = 11, max = 200) int count,
      @ForAll @IntRange(max = 100) int percent,
      @ForAll @IntRange(min = 1, max = 10) int gap) {
    var samples = drawn(new Random(seed), count);
    var judged = samples.subList(10, count);
    long good = judged.stream().filter(Sample::good).count();
    boolean often = 100.0 * good / judged.size() >= percent;

    var loose = judge(samples).of(answers(percent, Optional.empty()));
    var strict = judge(samples).of(answers(percent, Optional.of(Duration.ofMillis(gap * 100L))));

    assertThat(loose.judgement() == Judgement.HELD).isEqualTo(often);
    assertThat(strict.judgement() == Judgement.HELD && !often).isFalse();
  }

  @Property
  void what_is_lost_for_good_is_broken_in_the_end_whatever_comes(
      @ForAll long seed,
      @ForAll @IntRange(min = 11, max = 60) int count,
      @ForAll @IntRange(max = 100) int percent) {
    var samples = drawn(new Random(seed), count);
    var hypothesis = answers(percent, Optional.of(Duration.ofMillis(400)));
    long lasts = 10_000;

    boolean lost = judge(samples).isLost(hypothesis, lasts);

    var best = new ArrayList<>(samples);
    for (long at = 100L * count; at < 1000 + lasts; at += 100) {
      best.add(sample(at, true));
    }
    if (lost) {
      assertThat(judge(best).of(hypothesis).judgement()).isEqualTo(Judgement.BROKEN);
    } else {
      assertThat(judge(best).isLost(hypothesis, lasts)).isFalse();
    }
  }

  @Test
  void so_many_must_be_ready_at_every_look() {
    var hypothesis = new Hypothesis.Ready("2 ready", "web", 2, true);
    var counts = List.of(new Count(500, 0), new Count(1200, 2), new Count(1400, 1));
    var judge = new Judge(new Sights(Map.of(), Map.of("web", counts), Map.of()), 1000, 2000);

    var verdict = judge.of(hypothesis);

    assertThat(verdict.judgement()).isEqualTo(Judgement.BROKEN);
    assertThat(verdict.seen()).isEqualTo("1 at the least");
    assertThat(verdict.details()).containsExactly("at 1s400ms: 1 ready");
    assertThat(judge.isLost(hypothesis, 0)).isTrue();
  }

  private static Judgement converges(List<Look> looks) {
    var hypothesis = new Hypothesis.Converges("healed", Optional.empty(), Duration.ofSeconds(1));
    return new Judge(new Sights(Map.of(), Map.of(), Map.of("", looks)), 1000, 2000)
        .of(hypothesis)
        .judgement();
  }

  @Test
  void it_converges_if_it_is_as_declared_in_time_and_stays_so() {
    assertThat(converges(List.of(new Look(2000, false), new Look(2900, true))))
        .isEqualTo(Judgement.HELD);
    assertThat(converges(List.of(new Look(2000, false), new Look(3100, true))))
        .isEqualTo(Judgement.BROKEN);
    assertThat(converges(List.of(new Look(2100, true), new Look(3500, false))))
        .isEqualTo(Judgement.BROKEN);
    assertThat(converges(List.of(new Look(1500, true)))).isEqualTo(Judgement.OPEN);
  }

  @Test
  void a_fault_heals_when_what_it_hurt_is_as_declared_again() {
    var faults =
        List.of(
            new FaultSpan("machine-death", "n1", 1000, 5000, ""),
            new FaultSpan("cpu-pressure", "n2", 6000, 7000, ""),
            new FaultSpan("instance-kill", "web-0", 8000, 8000, ""));
    var looks =
        List.of(
            new Look(900, true),
            new Look(1200, false),
            new Look(3100, true),
            new Look(6500, true),
            new Look(8100, false),
            new Look(8700, true));

    assertThat(Healing.times(faults, looks))
        .containsExactly(Duration.ofMillis(2100), Duration.ofMillis(700));
  }
}
