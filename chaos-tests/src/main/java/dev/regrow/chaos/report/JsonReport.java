package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Note;
import dev.regrow.chaos.report.RunReport.Probe;
import dev.regrow.chaos.report.RunReport.Sample;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.Verdict;
import dev.regrow.schema.PlainData;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** For programs: every number plain, its unit in its name; docs/chaos.md says what each is. */
public final class JsonReport {

  private JsonReport() {}

  /** On one line. */
  public static String of(RunReport report) {
    var json = object();
    json.put("scenario", report.scenario());
    json.put("description", report.description());
    json.put("outcome", report.outcome().word());
    json.put("reason", report.reason());
    json.put("seed", report.seed());
    json.put("cluster", report.cluster());
    json.put("startedAt", report.startedAt().toString());
    json.put("durationMillis", report.durationMillis());
    json.put("again", report.again());
    json.put("verdicts", report.verdicts().stream().map(JsonReport::verdict).toList());
    json.put("faults", report.faults().stream().map(JsonReport::fault).toList());
    json.put("probes", report.probes().stream().map(JsonReport::probe).toList());
    json.put("healMillis", numbers(report.heals(), Duration::toMillis));
    json.put("notes", report.notes().stream().map(JsonReport::note).toList());
    json.put("lanes", report.lanes().stream().map(JsonReport::lane).toList());
    return PlainData.toJson(json);
  }

  private static Map<String, Object> object() {
    return new LinkedHashMap<>();
  }

  private static <T> Map<String, Object> numbers(List<T> items, ToDoubleFunction<T> number) {
    var spread = Distribution.of(items.stream().mapToDouble(number));
    var json = object();
    json.put("count", items.size());
    for (int percent : new int[] {50, 95, 99}) {
      json.put("p" + percent, rounded(spread.percentile(percent)));
    }
    json.put("max", rounded(spread.max()));
    return json;
  }

  /** To the microsecond. */
  private static double rounded(double millis) {
    return Math.round(millis * 1000) / 1000.0;
  }

  private static Map<String, Object> verdict(Verdict verdict) {
    var json = object();
    json.put("claim", verdict.claim());
    json.put("checker", verdict.checker());
    json.put("judgement", verdict.judgement().word());
    json.put("seen", verdict.seen());
    json.put("details", verdict.details());
    return json;
  }

  private static Map<String, Object> fault(FaultSpan fault) {
    var json = object();
    json.put("kind", fault.kind());
    json.put("on", fault.on());
    json.put("fromMillis", fault.fromMillis());
    json.put("untilMillis", fault.untilMillis());
    json.put("detail", fault.detail());
    return json;
  }

  private static Map<String, Object> note(Note note) {
    var json = object();
    json.put("atMillis", note.atMillis());
    json.put("text", note.text());
    return json;
  }

  private static Map<String, Object> probe(Probe probe) {
    var json = object();
    json.put("name", probe.name());
    json.put("target", probe.target());
    json.put("withinMillis", probe.withinMillis());
    json.put("asked", probe.samples().size());
    json.put("good", probe.samples().stream().filter(Sample::good).count());
    json.put("goodPercent", rounded(Availability.percent(probe.samples())));
    json.put("longestGapMillis", Availability.longestGapMillis(probe.samples()));
    json.put(
        "tookMillis",
        numbers(probe.samples().stream().filter(Sample::good).toList(), Sample::tookMillis));
    json.put("samples", probe.samples().stream().map(JsonReport::sample).toList());
    return json;
  }

  private static Map<String, Object> sample(Sample sample) {
    var json = object();
    json.put("atMillis", sample.atMillis());
    json.put("tookMillis", rounded(sample.tookMillis()));
    json.put("good", sample.good());
    json.put("why", sample.why());
    return json;
  }

  private static Map<String, Object> lane(Lane lane) {
    var json = object();
    json.put("name", lane.name());
    json.put("of", lane.of().name().toLowerCase(java.util.Locale.ROOT));
    json.put("spans", lane.spans().stream().map(JsonReport::span).toList());
    return json;
  }

  private static Map<String, Object> span(Span span) {
    var json = object();
    json.put("fromMillis", span.fromMillis());
    json.put("untilMillis", span.untilMillis());
    json.put("state", span.state().name().toLowerCase(java.util.Locale.ROOT));
    json.put("detail", span.detail());
    return json;
  }
}
