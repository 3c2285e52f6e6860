package dev.regrow.chaos.report;

import java.time.Duration;
import java.util.List;

/** How often healing took how long. */
final class HealChart {

  private static final int HEIGHT = 110;
  private static final int BARS = 12;

  private HealChart() {}

  static void write(List<Duration> heals, Markup out) {
    var times = Distribution.of(heals.stream().mapToDouble(Duration::toMillis));
    double width = Distribution.niceStep(times.max() * 1.001, BARS);
    var bars = times.bars(width);
    int most = bars.stream().mapToInt(Distribution.Bar::count).max().orElse(1);
    out.open(
        "svg",
        "class",
        "heals",
        "width",
        "100%",
        "height",
        HEIGHT + 20,
        "role",
        "img",
        "aria-label",
        "Histogram of %d times to heal, median %s, longest %s"
            .formatted(heals.size(), Clock.span(times.percentile(50)), Clock.span(times.max())));
    for (int i = 0; i < bars.size(); i++) {
      var bar = bars.get(i);
      double tall = (HEIGHT - 16.0) * bar.count() / most;
      var x = Markup.percent((i + 0.06) / bars.size());
      if (bar.count() > 0) {
        out.open(
            "rect",
            "class",
            "heal",
            "x",
            x,
            "width",
            Markup.percent(0.88 / bars.size()),
            "y",
            Math.round(HEIGHT - tall),
            "height",
            Math.round(tall));
        out.element(
            "title",
            "%s to %s: %d".formatted(Clock.span(bar.from()), Clock.span(bar.until()), bar.count()));
        out.close();
        out.element(
            "text",
            Integer.toString(bar.count()),
            "x",
            Markup.percent((i + 0.5) / bars.size()),
            "y",
            Math.round(HEIGHT - tall - 4),
            "text-anchor",
            "middle");
      }
      out.element(
          "text",
          i == 0 ? "0" : Clock.span(bar.from()),
          "x",
          Markup.percent((double) i / bars.size()),
          "y",
          HEIGHT + 15);
    }
    out.empty("line", "class", "base", "x1", 0, "x2", "100%", "y1", HEIGHT, "y2", HEIGHT);
    out.close().line();
  }
}
