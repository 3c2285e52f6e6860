package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Probe;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.State;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The run from left to right: faults, how probes were served, nodes and instances, one under the
 * other on one axis, with the faults as bands through all of them.
 */
final class Tracks {

  private static final int CELLS = 200;
  private static final int HEIGHT = 20;
  private static final double FULL = 14;

  private final RunReport report;
  private final TimeScale time;
  private final Markup out;

  private Tracks(RunReport report, Markup out) {
    this.report = report;
    this.time = new TimeScale(report);
    this.out = out;
  }

  static void write(RunReport report, Markup out) {
    new Tracks(report, out).write();
  }

  private void write() {
    out.open("div", "class", "tracks").line();
    if (!report.faults().isEmpty()) {
      heading("Faults");
      report.faults().forEach(this::fault);
    }
    if (!report.probes().isEmpty()) {
      heading("Answers to probes");
      report.probes().forEach(this::strip);
    }
    lanes("Service", Lane.Of.SERVICE);
    lanes("Nodes", Lane.Of.NODE);
    lanes("Instances", Lane.Of.INSTANCE);
    axis();
    out.close().line();
  }

  private void heading(String words) {
    out.element("h3", words).line();
  }

  private void lanes(String words, Lane.Of of) {
    var lanes = report.lanes().stream().filter(lane -> lane.of() == of).toList();
    if (!lanes.isEmpty()) {
      heading(words);
      lanes.forEach(this::lane);
    }
  }

  private void begin(String name, String description) {
    out.open("div", "class", "row");
    out.element("div", name, "class", "name", "title", name);
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
        description);
    for (long mark : Clock.marks(report.durationMillis())) {
      out.empty(
          "line", "class", "grid", "x1", time.at(mark), "x2", time.at(mark), "y1", 0, "y2", HEIGHT);
    }
  }

  private void end() {
    out.close().close().line();
  }

  private void bands() {
    time.bands(out, HEIGHT);
  }

  private void bar(String type, long from, long until, double y, double height, String title) {
    time.open(out, type, from, until, number(y), number(height));
    if (!title.isEmpty()) {
      out.element("title", title);
    }
    out.close();
  }

  private static String number(double pixels) {
    return String.format(Locale.ROOT, "%.1f", pixels);
  }

  private void fault(FaultSpan fault) {
    var name = fault.kind() + " " + fault.on();
    var when =
        "%s, from %s to %s"
            .formatted(name, Clock.exactly(fault.fromMillis()), Clock.exactly(fault.untilMillis()));
    begin(name, when);
    bar("fault", fault.fromMillis(), fault.untilMillis(), 4, HEIGHT - 8, when);
    var at = time.at(fault.fromMillis());
    out.empty("line", "class", "begins", "x1", at, "x2", at, "y1", 1, "y2", HEIGHT - 1);
    end();
  }

  /** Full and calm where all was well; where not, the failed share stands out from below. */
  private void strip(Probe probe) {
    var samples = probe.samples();
    begin(
        probe.name(),
        "%s: %.2f %% of %d answers good, longest gap %s"
            .formatted(
                probe.name(),
                Availability.percent(samples),
                samples.size(),
                Clock.span(Availability.longestGapMillis(samples))));
    bands();
    long calmSince = -1;
    for (var cell : Availability.strip(samples, report.durationMillis(), CELLS)) {
      boolean calm = cell.asked() > 0 && cell.failed() == 0;
      if (calm && calmSince < 0) {
        calmSince = cell.fromMillis();
      }
      if (!calm && calmSince >= 0) {
        bar("good", calmSince, cell.fromMillis(), 3, FULL, "");
        calmSince = -1;
      }
      if (cell.failed() > 0) {
        failed(cell);
      }
    }
    if (calmSince >= 0) {
      bar("good", calmSince, report.durationMillis(), 3, FULL, "");
    }
    end();
  }

  private void failed(Availability.Cell cell) {
    double bad = Math.max(5, FULL * (double) cell.failed() / cell.asked());
    bar("good", cell.fromMillis(), cell.untilMillis(), 3, FULL - bad, "");
    var title =
        "%s to %s: %d of %d failed"
            .formatted(
                Clock.exactly(cell.fromMillis()),
                Clock.exactly(cell.untilMillis()),
                cell.failed(),
                cell.asked());
    bar("bad", cell.fromMillis(), cell.untilMillis(), 3 + FULL - bad, bad, title);
  }

  private void lane(Lane lane) {
    begin(lane.name(), lane.name() + ": " + told(lane));
    bands();
    @Nullable Span before = null;
    for (Span span : lane.spans()) {
      double tall = tall(span.state());
      bar(
          span.state().name().toLowerCase(Locale.ROOT),
          span.fromMillis(),
          span.untilMillis(),
          HEIGHT - 4 - tall,
          tall,
          "%s %s to %s: %s"
              .formatted(
                  span.detail(),
                  Clock.exactly(span.fromMillis()),
                  Clock.exactly(span.untilMillis()),
                  span.state().words()));
      if (before != null && before.state() == span.state()) {
        parted(span.fromMillis());
      }
      before = span;
    }
    end();
  }

  /** Another of the same kind begins. */
  private void parted(long millis) {
    var at = time.at(millis);
    out.empty("line", "class", "parted", "x1", at, "x2", at, "y1", 2, "y2", HEIGHT - 2);
  }

  /** The better, the taller: who cannot tell the colours apart sees it, too. */
  static double tall(State state) {
    return switch (state) {
      case READY, RUNNING -> 12;
      case UNREADY -> 9;
      case STARTING -> 6;
      case DOWN, LOST -> 3;
    };
  }

  private static String told(Lane lane) {
    var words = new StringBuilder();
    for (Span span : lane.spans()) {
      words.append(words.isEmpty() ? "" : ", then ").append(span.state().words());
      words.append(" from ").append(Clock.exactly(span.fromMillis()));
    }
    return words.toString();
  }

  private void axis() {
    out.open("div", "class", "row axis", "aria-hidden", "true").element("div", "", "class", "name");
    out.open("svg", "class", "track", "width", "100%", "height", HEIGHT);
    var marks = Clock.marks(report.durationMillis());
    for (long mark : marks) {
      boolean late = mark > report.durationMillis() * 0.95;
      var anchor = mark == 0 ? "start" : late ? "end" : "middle";
      out.element("text", Clock.moment(mark), "x", time.at(mark), "y", 13, "text-anchor", anchor);
    }
    end();
  }
}
