package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Note;
import dev.regrow.chaos.report.RunReport.Outcome;
import dev.regrow.chaos.report.RunReport.Probe;
import dev.regrow.chaos.report.RunReport.Sample;
import dev.regrow.chaos.report.RunReport.State;
import dev.regrow.chaos.report.RunReport.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** One page with all in it: no script, nothing to fetch, light or dark as the reader likes it. */
public final class HtmlReport {

  private static final DateTimeFormatter STARTED =
      DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm:ss 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** How tall a key of the legend is, in pixels. */
  private static final int KEY = 12;

  private final RunReport report;
  private final Markup out = new Markup();

  private HtmlReport(RunReport report) {
    this.report = report;
  }

  /** The page's text. */
  public static String of(RunReport report) {
    return new HtmlReport(report).page();
  }

  private String page() {
    out.raw("<!DOCTYPE html>\n").open("html", "lang", "en").open("head").line();
    out.raw("<meta charset=\"utf-8\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw("<meta name=\"color-scheme\" content=\"light dark\">\n");
    out.element("title", report.scenario() + ": " + words(report.outcome())).line();
    out.open("style").raw(style()).close().close().line();
    out.open("body").open("main").line();
    head();
    verdicts();
    timeline();
    latencies();
    heals();
    faults();
    notes();
    out.close().close().close().line();
    return out.text();
  }

  private static String style() {
    try (InputStream style = HtmlReport.class.getResourceAsStream("report.css")) {
      if (style == null) {
        throw new IllegalStateException("report.css is not among our resources");
      }
      return "\n" + new String(style.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("read report.css", e);
    }
  }

  private static String words(Outcome outcome) {
    return switch (outcome) {
      case HELD -> "held";
      case BROKEN -> "broken";
      case ABORTED -> "aborted";
      case NOT_BEGUN -> "not begun";
    };
  }

  private void head() {
    out.open("header");
    out.open("h1").words(report.scenario()).words(" ");
    badge(report.outcome().word(), words(report.outcome()));
    out.close().line();
    if (!report.description().isEmpty()) {
      out.element("p", report.description(), "class", "description").line();
    }
    if (!report.reason().isEmpty()) {
      out.element("p", report.reason(), "class", "reason " + report.outcome().word()).line();
    }
    out.open("dl", "class", "facts");
    fact("Started", STARTED.format(report.startedAt()));
    fact("Took", Clock.span(report.durationMillis()));
    fact("Cluster", report.cluster());
    fact("Faults", Integer.toString(report.faults().size()));
    fact("Seed", Long.toString(report.seed()));
    out.close().line();
    if (!report.again().isEmpty()) {
      out.open("p", "class", "again").words("The same again: ");
      out.element("code", report.again()).close().line();
    }
    out.close().line();
  }

  private void fact(String name, String value) {
    out.open("div").element("dt", name).element("dd", value).close();
  }

  private void badge(String type, String words) {
    out.element("span", words, "class", "badge " + type);
  }

  private void verdicts() {
    if (report.verdicts().isEmpty()) {
      return;
    }
    boolean hypotheses = report.verdicts().stream().anyMatch(each -> !each.checker());
    out.open("section").element("h2", hypotheses ? "Hypotheses" : "Checkers").line();
    table("", "Claim", "Seen");
    for (Verdict verdict : report.verdicts()) {
      out.open("tr").open("td");
      badge(verdict.judgement().word(), sign(verdict.judgement()));
      out.close().open("td").words(verdict.claim());
      if (hypotheses && verdict.checker()) {
        out.element("span", " always checked", "class", "aside");
      }
      out.close().open("td").words(verdict.seen());
      if (!verdict.details().isEmpty()) {
        out.open("ul", "class", "details");
        verdict.details().forEach(detail -> out.element("li", detail));
        out.close();
      }
      out.close().close().line();
    }
    endTable();
    out.close().line();
  }

  private static String sign(Judgement judgement) {
    return switch (judgement) {
      case HELD -> "held";
      case BROKEN -> "broken";
      case OPEN -> "open";
    };
  }

  private void table(String... headings) {
    out.open("div", "class", "wide").open("table").open("thead").open("tr");
    for (String heading : headings) {
      out.element("th", heading, "scope", "col");
    }
    out.close().close().open("tbody").line();
  }

  private void endTable() {
    out.close().close().close().line();
  }

  private void timeline() {
    out.open("section").element("h2", "Timeline").line();
    legend();
    Tracks.write(report, out);
    out.close().line();
  }

  private void legend() {
    out.open("ul", "class", "legend");
    key("fault", "a fault", KEY);
    if (!report.probes().isEmpty()) {
      key("good", "answered as wished", KEY);
      key("bad", "failed or late", KEY);
    }
    for (State state : State.values()) {
      boolean there =
          report.lanes().stream()
              .flatMap(lane -> lane.spans().stream())
              .anyMatch(span -> span.state() == state);
      if (there) {
        key(state.name().toLowerCase(Locale.ROOT), state.words(), (int) Tracks.tall(state));
      }
    }
    out.close().line();
  }

  private void key(String type, String words, int tall) {
    out.open("li").open("svg", "width", 14, "height", KEY, "aria-hidden", "true");
    out.empty("rect", "class", type, "width", 14, "y", KEY - tall, "height", tall);
    out.close().words(" " + words).close();
  }

  private void latencies() {
    var asked = report.probes().stream().filter(probe -> !probe.samples().isEmpty()).toList();
    if (asked.isEmpty()) {
      return;
    }
    out.open("section").element("h2", "Latency of answers").line();
    for (Probe probe : asked) {
      out.open("h3").words(probe.name() + " ");
      out.element("span", probe.target(), "class", "aside").close().line();
      out.open("div", "class", "tracks").line();
      LatencyChart.write(report, probe, out);
      out.close().line();
    }
    table("Probe", "Asked", "Good", "Median", "p95", "p99", "Slowest", "Longest gap");
    asked.forEach(this::latency);
    endTable();
    out.close().line();
  }

  private void latency(Probe probe) {
    var samples = probe.samples();
    var good =
        Distribution.of(samples.stream().filter(Sample::good).mapToDouble(Sample::tookMillis));
    out.open("tr").element("th", probe.name(), "scope", "row");
    cell(Integer.toString(samples.size()));
    cell(String.format(Locale.ROOT, "%.2f %%", Availability.percent(samples)));
    for (double percent : new double[] {50, 95, 99, 100}) {
      cell(good.isEmpty() ? "–" : Clock.span(good.percentile(percent)));
    }
    cell(Clock.span(Availability.longestGapMillis(samples)));
    out.close().line();
  }

  private void cell(String words) {
    out.element("td", words, "class", "number");
  }

  private void heals() {
    if (report.heals().isEmpty()) {
      return;
    }
    var times = Distribution.of(report.heals().stream().mapToDouble(Duration::toMillis));
    out.open("section").element("h2", "Time to heal").line();
    out.element(
            "p",
            report.heals().size() == 1
                ? "Until all was as declared again: %s.".formatted(Clock.span(times.max()))
                : "Until all was as declared again: %d times, median %s, longest %s."
                    .formatted(
                        report.heals().size(),
                        Clock.span(times.percentile(50)),
                        Clock.span(times.max())))
        .line();
    if (report.heals().size() > 1) {
      HealChart.write(report.heals(), out);
    }
    out.close().line();
  }

  private void faults() {
    if (report.faults().isEmpty()) {
      return;
    }
    out.open("section").element("h2", "Faults").line();
    table("From", "Until", "What", "On", "");
    for (FaultSpan fault : report.faults()) {
      out.open("tr");
      cell(Clock.exactly(fault.fromMillis()));
      cell(Clock.exactly(fault.untilMillis()));
      out.element("td", fault.kind()).element("td", fault.on()).element("td", fault.detail());
      out.close().line();
    }
    endTable();
    out.close().line();
  }

  private void notes() {
    if (report.notes().isEmpty()) {
      return;
    }
    out.open("section").element("h2", "Notes").line();
    table("At", "");
    for (Note note : report.notes()) {
      out.open("tr");
      cell(Clock.exactly(note.atMillis()));
      out.element("td", note.text()).close().line();
    }
    endTable();
    out.close().line();
  }
}
