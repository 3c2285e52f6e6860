package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Outcome;
import dev.regrow.chaos.report.RunReport.Verdict;
import java.util.List;
import java.util.Locale;

/** For whatever shows tests: a suite, with a test case for each claim. */
public final class JUnitReport {

  private JUnitReport() {}

  /** The document's text. */
  public static String of(RunReport report) {
    var verdicts = report.verdicts();
    boolean ended = report.outcome() == Outcome.ABORTED || report.outcome() == Outcome.NOT_BEGUN;
    var xml = new Markup().raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.open(
            "testsuite",
            "name",
            report.scenario(),
            "tests",
            verdicts.size() + (ended ? 1 : 0),
            "failures",
            count(verdicts, Judgement.BROKEN),
            "errors",
            ended ? 1 : 0,
            "skipped",
            count(verdicts, Judgement.OPEN),
            "time",
            seconds(report.durationMillis()),
            "timestamp",
            report.startedAt())
        .line();
    xml.open("properties");
    xml.empty("property", "name", "seed", "value", report.seed());
    xml.empty("property", "name", "cluster", "value", report.cluster());
    xml.close().line();
    verdicts.forEach(verdict -> claim(report, verdict, xml));
    if (ended) {
      xml.open("testcase", "classname", report.scenario(), "name", "the run reaches its end");
      xml.empty("error", "message", report.reason(), "type", report.outcome().word());
      xml.close().line();
    }
    return xml.close().line().text();
  }

  private static long count(List<Verdict> verdicts, Judgement judgement) {
    return verdicts.stream().filter(each -> each.judgement() == judgement).count();
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.3f", millis / 1000.0);
  }

  private static void claim(RunReport report, Verdict verdict, Markup xml) {
    xml.open(
        "testcase",
        "classname",
        report.scenario(),
        "name",
        verdict.claim(),
        "time",
        seconds(report.durationMillis()));
    if (verdict.judgement() == Judgement.BROKEN) {
      xml.open(
          "failure",
          "message",
          verdict.seen(),
          "type",
          verdict.checker() ? "checker" : "hypothesis");
      xml.words(String.join("\n", verdict.details())).close();
    } else if (verdict.judgement() == Judgement.OPEN) {
      xml.empty("skipped", "message", verdict.seen());
    }
    xml.element("system-out", verdict.seen()).close().line();
  }
}
