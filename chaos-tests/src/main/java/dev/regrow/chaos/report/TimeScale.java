package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.FaultSpan;

/** Where a moment of a run is on a line as wide as its page. */
record TimeScale(RunReport report) {

  /** As SVG writes it; what is beyond the run is at its end. */
  String at(long millis) {
    double share = (double) millis / Math.max(1, report.durationMillis());
    return Markup.percent(Math.max(0, Math.min(1, share)));
  }

  /** A rectangle from one moment to another, left open. */
  Markup open(Markup out, String type, long from, long until, String y, String height) {
    return out.open(
        "rect", "class", type, "x", at(from), "width", at(until - from), "y", y, "height", height);
  }

  /** The faults, through all of a track. */
  void bands(Markup out, int height) {
    for (FaultSpan fault : report.faults()) {
      open(out, "band", fault.fromMillis(), fault.untilMillis(), "0", Integer.toString(height))
          .close();
    }
  }
}
