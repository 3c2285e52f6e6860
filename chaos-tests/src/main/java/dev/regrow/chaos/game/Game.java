package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultException;
import dev.regrow.chaos.fault.Injector.NotNow;
import dev.regrow.chaos.fault.Playing;
import dev.regrow.chaos.fault.RealPace;
import dev.regrow.chaos.game.Ending.Cause;
import dev.regrow.chaos.game.Judge.Sights;
import dev.regrow.chaos.report.RunReport;
import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Note;
import dev.regrow.chaos.report.RunReport.Outcome;
import dev.regrow.chaos.report.RunReport.Probe;
import dev.regrow.chaos.report.RunReport.Sample;
import dev.regrow.chaos.report.RunReport.Verdict;
import dev.regrow.client.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Plays one scenario: looks whether all is well, lets go wrong what is to go wrong, waits until it
 * has healed, and judges what was seen.
 *
 * <pre>
 *   steady ──all held──▶ faults ──last is over──▶ healing ──calm, or too late──▶ judged
 *      └──one did not──▶ not begun        any ──ended──▶ undone, judged as far as it came
 * </pre>
 */
public final class Game {

  private static final Duration PAUSE = Duration.ofMillis(50);

  /** As declared for so long counts as healed. */
  private static final Duration CALM = Duration.ofSeconds(3);

  private static final Duration HEALED_WITHIN = Duration.ofSeconds(60);
  private static final int DETAILS_MAX = 5;

  private final Scenario scenario;
  private final long seed;
  private final Venue venue;
  private final Changes changes;
  private final Ending ending;
  private final Consumer<String> teller;
  private final long beganNanos = System.nanoTime();
  private final Instant began = Instant.now();
  private final List<Probing> probes = new ArrayList<>();
  private final List<FaultSpan> faults = new ArrayList<>();
  private final Map<Integer, FaultSpan> open = new HashMap<>();
  private final List<String> skipped = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();

  Game(
      Scenario scenario,
      long seed,
      Venue venue,
      Changes changes,
      Ending ending,
      Consumer<String> teller) {
    this.scenario = scenario;
    this.seed = seed;
    this.venue = venue;
    this.changes = changes;
    this.ending = ending;
    this.teller = teller;
  }

  private long millis() {
    return (System.nanoTime() - beganNanos) / 1_000_000;
  }

  /** From the look at the steady state to the verdict. */
  RunReport play() {
    var observing = Observing.start(venue, this::millis);
    for (var hypothesis : scenario.hypotheses()) {
      if (hypothesis instanceof Hypothesis.Answers answers) {
        probes.add(Probing.start(answers, venue, this::millis));
      }
    }
    try {
      teller.accept("looking at the steady state for " + Fields.words(scenario.steady()));
      long from = millis();
      pass(scenario.steady());
      var steady = judged(observing, from, from);
      if (steady.stream().anyMatch(each -> each.judgement() != Judgement.HELD)) {
        return notBegun(observing, steady);
      }
      return faults(observing);
    } finally {
      probes.forEach(Probing::close);
      observing.close();
    }
  }

  private RunReport notBegun(Observing observing, List<Verdict> steady) {
    if (ending.reason().isPresent()) {
      return report(observing, Outcome.ABORTED, ending.reason().get().why(), steady);
    }
    var first =
        steady.stream()
            .filter(each -> each.judgement() != Judgement.HELD)
            .findFirst()
            .orElseThrow();
    var why =
        "\"%s\" did not hold before the first fault: %s; nothing was done"
            .formatted(first.claim(), first.seen());
    return report(observing, Outcome.NOT_BEGUN, why, steady);
  }

  private RunReport faults(Observing observing) {
    long from = millis();
    var guard = new Guard(venue.injector(), scenario.limits(), changes::instances);
    var pace = new RealPace();
    ending.paces(pace);
    var watch = Watch.start(this::breach, observing, from, ending);
    changes.begin(scenario.changes(), pace, teller);
    try {
      Playing.play(scenario.plan(), guard, new Teller(), pace, new Random(seed));
      pace.until(scenario.lastsUntil());
    } catch (RuntimeException failed) {
      ending.end(Cause.FAILED, "a fault could not be played: " + why(failed));
    }
    changes.close();
    long lastFault = millis();
    heal(observing, lastFault);
    watch.close();
    probes.forEach(Probing::close);
    var verdicts = new ArrayList<>(judged(observing, from, lastFault));
    verdicts.addAll(checkers(observing, guard, lastFault));
    return ended(observing, verdicts);
  }

  private RunReport ended(Observing observing, List<Verdict> verdicts) {
    var reason = ending.reason();
    if (reason.isPresent()) {
      return report(observing, Outcome.ABORTED, reason.get().why(), verdicts);
    }
    long broken = verdicts.stream().filter(each -> each.judgement() != Judgement.HELD).count();
    return broken == 0
        ? report(observing, Outcome.HELD, "", verdicts)
        : report(
            observing,
            Outcome.BROKEN,
            "%d of %d claims did not hold".formatted(broken, verdicts.size()),
            verdicts);
  }

  /** Until all was as declared for a while, or it is too late anyway. */
  private void heal(Observing observing, long lastFault) {
    teller.accept("waiting until all is as declared");
    long until = lastFault + healedWithin().plus(CALM).toMillis();
    while (ending.reason().isEmpty() && millis() < until && !isCalm(observing, lastFault)) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private Duration healedWithin() {
    return scenario.hypotheses().stream()
        .filter(Hypothesis.Converges.class::isInstance)
        .map(each -> ((Hypothesis.Converges) each).within())
        .max(Duration::compareTo)
        .orElse(HEALED_WITHIN);
  }

  private boolean isCalm(Observing observing, long lastFault) {
    var looks = observing.looks().getOrDefault("", List.of());
    long since = Math.max(lastFault, millis() - CALM.toMillis());
    return millis() - lastFault >= CALM.toMillis()
        && observing.nodesAway().isEmpty()
        && looks.stream().anyMatch(look -> look.atMillis() >= since)
        && looks.stream().filter(look -> look.atMillis() >= since).allMatch(Judge.Look::asDeclared);
  }

  private void pass(Duration time) {
    long until = millis() + time.toMillis();
    while (ending.reason().isEmpty() && millis() < until) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private Sights sights(Observing observing) {
    Map<String, List<Sample>> samples = new HashMap<>();
    probes.forEach(each -> samples.put(each.hypothesis().name(), each.samples()));
    return new Sights(samples, observing.ready(), observing.looks());
  }

  private List<Verdict> judged(Observing observing, long from, long lastFault) {
    var judge = new Judge(sights(observing), from, lastFault);
    return scenario.hypotheses().stream().map(judge::of).toList();
  }

  /** Why the run must end, if a claim that says abort is lost for good; "" while it must not. */
  private String breach(Observing observing, long from) {
    var judge = new Judge(sights(observing), from, from);
    long lasts = scenario.lastsUntil().plus(CALM).toMillis();
    return scenario.hypotheses().stream()
        .filter(each -> each.abort() && judge.isLost(each, lasts))
        .map(each -> "\"%s\" is broken, and says abort".formatted(each.claim()))
        .findFirst()
        .orElse("");
  }

  private List<Verdict> checkers(Observing observing, Guard guard, long lastFault) {
    var checkers = new ArrayList<Verdict>();
    if (scenario.hypotheses().stream().noneMatch(Hypothesis.Converges.class::isInstance)) {
      var heals =
          new Hypothesis.Converges(
              "all is as declared in the end", java.util.Optional.empty(), HEALED_WITHIN);
      var verdict = new Judge(sights(observing), lastFault, lastFault).of(heals);
      checkers.add(
          new Verdict(
              verdict.claim(), true, verdict.judgement(), verdict.seen(), verdict.details()));
    }
    checkers.add(
        checker(
            "every fault and change is made",
            skipped.isEmpty() && changes.failed().isEmpty(),
            "faults: %d, changes: %d".formatted(faults.size(), changes.made()),
            both(skipped, changes.failed())));
    var away = observing.nodesAway();
    checkers.add(
        checker(
            "every node is back",
            away.isEmpty(),
            away.isEmpty() ? "all are ready" : String.join(", ", away) + " not ready",
            List.of()));
    checkers.add(checker("no fault is left", guard.left() == 0, guard.left() + " left", List.of()));
    return checkers;
  }

  private static List<String> both(List<String> one, List<String> other) {
    var both = new ArrayList<>(one);
    both.addAll(other);
    return both.stream().limit(DETAILS_MAX).toList();
  }

  private static Verdict checker(String claim, boolean held, String seen, List<String> details) {
    return new Verdict(claim, true, held ? Judgement.HELD : Judgement.BROKEN, seen, details);
  }

  private RunReport report(
      Observing observing, Outcome outcome, String reason, List<Verdict> verdicts) {
    var shown =
        probes.stream()
            .map(
                each ->
                    new Probe(
                        each.hypothesis().name(),
                        each.hypothesis().question().toString(),
                        each.hypothesis().within().toMillis(),
                        each.samples()))
            .toList();
    return new RunReport(
        scenario.name(),
        scenario.description(),
        seed,
        venue.words(),
        began,
        millis(),
        outcome,
        reason,
        verdicts,
        faults,
        observing.lanes(),
        shown,
        Healing.times(faults, observing.looks().getOrDefault("", List.of())),
        notes,
        "");
  }

  /** Writes down what is done, and says it. */
  private final class Teller implements Playing.Listener {
    @Override
    public void begun(int number, Fault fault, Duration at, String done) {
      var on = String.join(", ", fault.on());
      var span = new FaultSpan(fault.kind().text(), on, millis(), millis(), done);
      open.put(number, span);
      if (!fault.kind().lasting()) {
        ended(number, fault, at);
      }
      teller.accept("%s: %s".formatted(fault.kind().text(), done));
    }

    @Override
    public void ended(int number, Fault fault, Duration at) {
      var span = open.remove(number);
      if (span != null) {
        long until = fault.kind().lasting() ? millis() : span.fromMillis();
        faults.add(new FaultSpan(span.kind(), span.on(), span.fromMillis(), until, span.detail()));
        faults.sort((a, b) -> Long.compare(a.fromMillis(), b.fromMillis()));
        if (fault.kind().lasting()) {
          teller.accept("%s is over".formatted(fault.kind().text()));
        }
      }
    }

    @Override
    public void skipped(int number, Fault fault, Duration at, String why) {
      skipped.add("%s: %s".formatted(fault.kind().text(), why));
      notes.add(new Note(millis(), "%s was not done: %s".formatted(fault, why)));
      teller.accept("not done: %s: %s".formatted(fault.kind().text(), why));
    }
  }

  /** A word for why something could not be done. */
  static String why(RuntimeException failed) {
    boolean told =
        failed instanceof ApiException
            || failed instanceof NotNow
            || failed instanceof FaultException;
    return told ? String.valueOf(failed.getMessage()) : failed.toString();
  }
}
