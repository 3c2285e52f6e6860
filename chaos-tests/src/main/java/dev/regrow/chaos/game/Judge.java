package dev.regrow.chaos.game;

import dev.regrow.chaos.history.Convergence;
import dev.regrow.chaos.report.Availability;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Sample;
import dev.regrow.chaos.report.RunReport.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What becomes of a claim, told by what was seen. Pure: the same sights give the same verdict. */
public final class Judge {

  private static final int DETAILS_MAX = 5;
  private static final long LATE_MILLIS = 300;

  /**
   * All that was seen, in the order of time; times are milliseconds since the run began.
   *
   * @param samples by the name of whom was asked
   * @param ready how many were ready, by workload
   * @param looks whether all was as declared, by workload; "" is all of it
   */
  public record Sights(
      Map<String, List<Sample>> samples,
      Map<String, List<Count>> ready,
      Map<String, List<Look>> looks) {}

  /** So many were ready at that time. */
  public record Count(long atMillis, int ready) {}

  /** Whether it was as declared at that time. */
  public record Look(long atMillis, boolean asDeclared) {}

  private final Sights sights;
  private final long fromMillis;
  private final long lastFaultMillis;

  /**
   * @param fromMillis what was seen before is not judged
   * @param lastFaultMillis when the last fault was over
   */
  public Judge(Sights sights, long fromMillis, long lastFaultMillis) {
    this.sights = sights;
    this.fromMillis = fromMillis;
    this.lastFaultMillis = lastFaultMillis;
  }

  public Verdict of(Hypothesis hypothesis) {
    if (hypothesis instanceof Hypothesis.Answers answers) {
      return answers(answers);
    }
    if (hypothesis instanceof Hypothesis.Ready ready) {
      return ready(ready);
    }
    return converges((Hypothesis.Converges) hypothesis);
  }

  /**
   * Whether nothing that may still be seen can make it hold.
   *
   * @param lastsMillis how long is asked from the first moment that is judged, at least
   */
  public boolean isLost(Hypothesis hypothesis, long lastsMillis) {
    if (hypothesis instanceof Hypothesis.Answers answers) {
      var samples = judged(answers);
      double expected = Math.max(samples.size(), (double) lastsMillis / answers.every().toMillis());
      long failed = samples.stream().filter(sample -> !sample.good()).count();
      boolean often = failed > expected * (100 - answers.percent()) / 100;
      var gap = Duration.ofMillis(Availability.longestGapMillis(samples));
      return often || answers.maxGap().map(max -> gap.compareTo(max) > 0).orElse(false);
    }
    return hypothesis instanceof Hypothesis.Ready && of(hypothesis).judgement() == Judgement.BROKEN;
  }

  private List<Sample> judged(Hypothesis.Answers hypothesis) {
    return sights.samples().getOrDefault(hypothesis.name(), List.of()).stream()
        .filter(sample -> sample.atMillis() >= fromMillis)
        .toList();
  }

  private static Verdict verdict(
      Hypothesis hypothesis, boolean held, String seen, List<String> details) {
    var judgement = held ? Judgement.HELD : Judgement.BROKEN;
    return new Verdict(hypothesis.claim(), false, judgement, seen, held ? List.of() : details);
  }

  private static Verdict open(Hypothesis hypothesis, String why) {
    return new Verdict(hypothesis.claim(), false, Judgement.OPEN, why, List.of());
  }

  private Verdict answers(Hypothesis.Answers hypothesis) {
    var samples = judged(hypothesis);
    if (samples.isEmpty()) {
      return open(hypothesis, "nothing was asked");
    }
    double percent = Availability.percent(samples);
    var gap = Duration.ofMillis(Availability.longestGapMillis(samples));
    boolean often = percent >= hypothesis.percent();
    boolean soon = hypothesis.maxGap().map(max -> gap.compareTo(max) <= 0).orElse(true);
    var seen =
        String.format(Locale.ROOT, "%s %% of %d answers", shortened(percent), samples.size())
            + (gap.isZero() ? "" : ", longest gap " + Fields.words(gap))
            + lateness(samples, hypothesis.every());
    return verdict(hypothesis, often && soon, seen, failures(samples));
  }

  /** A machine that has no time for those who ask makes answers late that were not. */
  private static String lateness(List<Sample> samples, Duration every) {
    long late = 0;
    for (int i = 1; i < samples.size(); i++) {
      long apart = samples.get(i).atMillis() - samples.get(i - 1).atMillis();
      late = Math.max(late, apart - every.toMillis());
    }
    return late < LATE_MILLIS
        ? ""
        : "; this machine was so busy that it asked up to %s late"
            .formatted(Fields.words(Duration.ofMillis(late)));
  }

  /** Never rounded up to what was wanted: 99.996 is not 100. */
  private static String shortened(double percent) {
    return HypothesisFields.plain(Math.floor(percent * 100) / 100);
  }

  private static List<String> failures(List<Sample> samples) {
    var failed = samples.stream().filter(sample -> !sample.good()).toList();
    var details = new ArrayList<String>();
    failed.stream()
        .limit(DETAILS_MAX)
        .forEach(each -> details.add(moment(each.atMillis()) + ": " + each.why()));
    if (failed.size() > DETAILS_MAX) {
      details.add("… and " + (failed.size() - DETAILS_MAX) + " more");
    }
    return details;
  }

  private static String moment(long millis) {
    return "at " + Fields.words(Duration.ofMillis(millis / 100 * 100));
  }

  private Verdict ready(Hypothesis.Ready hypothesis) {
    var counts =
        sights.ready().getOrDefault(hypothesis.workload(), List.of()).stream()
            .filter(count -> count.atMillis() >= fromMillis)
            .toList();
    if (counts.isEmpty()) {
      return open(hypothesis, "nobody could say how many were");
    }
    int least = counts.stream().mapToInt(Count::ready).min().orElse(0);
    var details =
        counts.stream()
            .filter(count -> count.ready() < hypothesis.atLeast())
            .limit(DETAILS_MAX)
            .map(count -> moment(count.atMillis()) + ": " + count.ready() + " ready")
            .toList();
    return verdict(hypothesis, least >= hypothesis.atLeast(), least + " at the least", details);
  }

  private Verdict converges(Hypothesis.Converges hypothesis) {
    var looks = sights.looks().getOrDefault(hypothesis.workload().orElse(""), List.of());
    var after =
        Convergence.after(
            lastFaultMillis * 1_000_000,
            looks.stream()
                .map(look -> new Convergence.Look(look.atMillis() * 1_000_000, look.asDeclared()))
                .toList());
    boolean looked = looks.stream().anyMatch(look -> look.atMillis() >= lastFaultMillis);
    if (!looked) {
      return open(hypothesis, "nobody could say how it was after the last fault");
    }
    return after
        .map(
            time ->
                verdict(
                    hypothesis,
                    time.compareTo(hypothesis.within()) <= 0,
                    "after " + Fields.words(time),
                    List.of()))
        .orElseGet(() -> verdict(hypothesis, false, "not in the end", List.of()));
  }
}
