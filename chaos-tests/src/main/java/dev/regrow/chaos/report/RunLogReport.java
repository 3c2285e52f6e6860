package dev.regrow.chaos.report;

import dev.regrow.chaos.history.RunLog;
import dev.regrow.chaos.history.RunLog.Event;
import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Note;
import dev.regrow.chaos.report.RunReport.Outcome;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.State;
import dev.regrow.chaos.report.RunReport.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** A run of the library told as one of a scenario is, so that it has the same page. Pure. */
public final class RunLogReport {

  private static final int DETAILS_MAX = 40;

  private final RunLog log;

  private RunLogReport(RunLog log) {
    this.log = log;
  }

  /**
   * @param cluster on what it ran, in words
   */
  public static RunReport of(RunLog log, String cluster) {
    return new RunLogReport(log).report(cluster);
  }

  private RunReport report(String cluster) {
    long red = log.verdicts().stream().filter(each -> !each.green()).count();
    return new RunReport(
        log.name().replace(' ', '-'),
        "",
        log.seed(),
        cluster,
        log.began(),
        log.length().toMillis(),
        red == 0 ? Outcome.HELD : Outcome.BROKEN,
        red == 0 ? "" : "%d of %d checkers found a fault".formatted(red, log.verdicts().size()),
        log.verdicts().stream().map(RunLogReport::verdict).toList(),
        faults(),
        lanes(),
        List.of(),
        log.of(RunLog.Lane.HEAL).stream().map(Event::lasted).toList(),
        log.of(RunLog.Lane.NOTE).stream()
            .map(each -> new Note(each.from().toMillis(), each.row() + ": " + each.text()))
            .toList(),
        log.command());
  }

  /** The first line says what is wrong, the others what that is seen by. */
  private static Verdict verdict(RunLog.Verdict verdict) {
    var lines = verdict.text().lines().toList();
    var details = new ArrayList<>(lines.stream().skip(1).limit(DETAILS_MAX).toList());
    if (lines.size() > 1 + DETAILS_MAX) {
      details.add("… and %d lines more".formatted(lines.size() - 1 - DETAILS_MAX));
    }
    return new Verdict(
        verdict.checker(),
        true,
        verdict.green() ? Judgement.HELD : Judgement.BROKEN,
        lines.isEmpty() ? "" : lines.get(0),
        details);
  }

  /** What one fault did to several is one fault. */
  private List<FaultSpan> faults() {
    record Begun(Duration from, String kind, String text) {}
    return log.of(RunLog.Lane.FAULT).stream()
        .collect(
            Collectors.groupingBy(
                each -> new Begun(each.from(), each.kind(), each.text()),
                LinkedHashMap::new,
                Collectors.toList()))
        .entrySet()
        .stream()
        .map(
            each ->
                new FaultSpan(
                    each.getKey().kind(),
                    each.getValue().stream().map(Event::row).collect(Collectors.joining(", ")),
                    each.getKey().from().toMillis(),
                    each.getValue().stream()
                        .mapToLong(one -> one.until().toMillis())
                        .max()
                        .orElseThrow(),
                    each.getKey().text()))
        .toList();
  }

  private List<Lane> lanes() {
    var lanes = new ArrayList<Lane>();
    rows(RunLog.Lane.AVAILABILITY)
        .forEach(
            (row, events) ->
                lanes.add(
                    new Lane(row, Lane.Of.SERVICE, spans(events, RunLogReport::availability))));
    rows(RunLog.Lane.INSTANCE)
        .forEach(
            (row, events) ->
                lanes.add(new Lane(row, Lane.Of.INSTANCE, spans(events, RunLogReport::instance))));
    lanes.sort(Lane.IN_ORDER);
    return lanes;
  }

  private Map<String, List<Event>> rows(RunLog.Lane lane) {
    return log.of(lane).stream().collect(Collectors.groupingBy(Event::row));
  }

  /** Where two of one row overlap, the later one is shown. */
  private static List<Span> spans(List<Event> events, BiFunction<Event, Long, Span> span) {
    var spans = new ArrayList<Span>();
    for (int i = 0; i < events.size(); i++) {
      long until = events.get(i).until().toMillis();
      long next = i + 1 < events.size() ? events.get(i + 1).from().toMillis() : until;
      spans.add(span.apply(events.get(i), Math.min(until, next)));
    }
    return spans;
  }

  private static Span availability(Event event, long untilMillis) {
    boolean up = event.kind().equals("up");
    var words = event.row() + (up ? " are taken" : " are not taken");
    return new Span(
        event.from().toMillis(),
        untilMillis,
        up ? State.READY : State.DOWN,
        event.text().isEmpty() ? words : words + ": " + event.text());
  }

  private static Span instance(Event event, long untilMillis) {
    return new Span(
        event.from().toMillis(),
        untilMillis,
        State.RUNNING,
        "%s on %s".formatted(event.text(), event.kind()));
  }
}
