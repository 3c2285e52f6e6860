package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.Probe;
import dev.regrow.chaos.report.RunReport.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How long answers took, each a dot, on a logarithmic scale. */
final class LatencyChart {

  private static final int HEIGHT = 130;
  private static final int COLUMNS = 400;
  private static final int IN_COLUMN = 4;

  private final RunReport report;
  private final TimeScale time;
  private final Probe probe;
  private final Markup out;
  private final double low;
  private final double high;

  private LatencyChart(RunReport report, Probe probe, Markup out) {
    this.report = report;
    this.time = new TimeScale(report);
    this.probe = probe;
    this.out = out;
    var all = Distribution.of(probe.samples().stream().mapToDouble(Sample::tookMillis));
    double top = Math.max(all.max(), (double) probe.withinMillis());
    this.low = Math.max(0.1, powerBelow(Math.max(0.1, all.percentile(1))));
    this.high = Math.max(low * 10, powerBelow(top) * 10);
  }

  static void write(RunReport report, Probe probe, Markup out) {
    new LatencyChart(report, probe, out).write();
  }

  private static double powerBelow(double number) {
    return Math.pow(10, Math.floor(Math.log10(number)));
  }

  private void write() {
    out.open("div", "class", "row chart");
    scale();
    out.open(
        "svg",
        "class",
        "track",
        "width",
        "100%",
        "height",
        HEIGHT,
        "role",
        "img",
        "aria-label",
        "Latency of " + probe.name() + "; the table below has its percentiles");
    for (double line = low; line <= high * 1.01; line *= 10) {
      level("grid", line);
    }
    time.bands(out, HEIGHT);
    if (probe.withinMillis() > 0) {
      level("limit", (double) probe.withinMillis());
    }
    for (Sample sample : shown(probe.samples(), report.durationMillis())) {
      dot(sample);
    }
    out.close().close().line();
  }

  private void scale() {
    out.open("div", "class", "scale", "aria-hidden", "true");
    for (double line = low; line <= high * 1.01; line *= 10) {
      out.element("span", Clock.span(line), "style", "top:" + Markup.percent(y(line) / HEIGHT));
    }
    out.close();
  }

  private void level(String type, double millis) {
    var at = String.format(Locale.ROOT, "%.1f", y(millis));
    out.empty("line", "class", type, "x1", 0, "x2", "100%", "y1", at, "y2", at);
  }

  private void dot(Sample sample) {
    out.open(
        "circle",
        "class",
        sample.good() ? "fine" : "failed",
        "cx",
        time.at(sample.atMillis()),
        "cy",
        String.format(Locale.ROOT, "%.1f", y(sample.tookMillis())),
        "r",
        sample.good() ? "1.4" : "2.2");
    if (!sample.good()) {
      out.element("title", Clock.exactly(sample.atMillis()) + ": " + sample.why());
    }
    out.close();
  }

  private double y(double millis) {
    double share = Math.log10(Math.max(low, millis) / low) / Math.log10(high / low);
    return HEIGHT - 4 - share * (HEIGHT - 10);
  }

  /** What failed, and of what did not the slowest few of each column: a page has its limits. */
  static List<Sample> shown(List<Sample> samples, long durationMillis) {
    Map<Long, List<Sample>> columns = new HashMap<>();
    var shown = new ArrayList<Sample>();
    for (Sample sample : samples) {
      long column = sample.atMillis() * COLUMNS / Math.max(1, durationMillis);
      columns.computeIfAbsent(column, fresh -> new ArrayList<>()).add(sample);
    }
    for (var column : columns.values()) {
      column.sort((a, b) -> Double.compare(b.tookMillis(), a.tookMillis()));
      column.stream().filter(Sample::good).limit(IN_COLUMN).forEach(shown::add);
      column.stream().filter(sample -> !sample.good()).limit(IN_COLUMN).forEach(shown::add);
    }
    shown.sort((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
    return shown;
  }
}
