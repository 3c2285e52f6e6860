package dev.regrow.chaos.report;

import dev.regrow.chaos.report.RunReport.FaultSpan;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Note;
import dev.regrow.chaos.report.RunReport.Outcome;
import dev.regrow.chaos.report.RunReport.Probe;
import dev.regrow.chaos.report.RunReport.Sample;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.State;
import dev.regrow.chaos.report.RunReport.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Runs that might have been. */
final class Reports {

  private static final long DURATION = 92_400;

  private Reports() {}

  /** Writes pages to be looked at. */
  public static void main(String[] folder) throws IOException {
    var into = Path.of(folder[0]);
    Files.writeString(into.resolve("broken.html"), HtmlReport.of(broken()));
    Files.writeString(into.resolve("held.html"), HtmlReport.of(held()));
    Files.writeString(into.resolve("not-begun.html"), HtmlReport.of(notBegun()));
    ReportFiles.write(into, RunLogReport.of(RunLogs.red(), "3 machines of a lab"));
  }

  static RunReport notBegun() {
    return new RunReport(
        "web-in-trouble",
        "",
        7,
        "attached to http://127.0.0.1:7400",
        Instant.parse("2026-11-30T08:00:00Z"),
        5_000,
        Outcome.NOT_BEGUN,
        "\"web answers\" did not hold before the first fault: 12 of 50 answers were <not> good",
        List.of(
            new Verdict("web answers", false, Judgement.BROKEN, "76.00 %", List.of("0:01.2: 503"))),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        "regrow chaos run web-in-trouble --seed 7");
  }

  static RunReport held() {
    var base = broken();
    return new RunReport(
        "leader-dies",
        base.description(),
        base.seed(),
        base.cluster(),
        base.startedAt(),
        base.durationMillis(),
        Outcome.HELD,
        "",
        List.of(
            new Verdict(
                "web answers 99 % of requests within 200 ms",
                false, Judgement.HELD, "99.65 % of 924 answers", List.of())),
        base.faults().subList(0, 1),
        base.lanes(),
        List.of(probe("web answers", new Random(2), 40_000, 40_200)),
        List.of(Duration.ofMillis(2_900)),
        List.of(),
        base.again());
  }

  static RunReport broken() {
    return new RunReport(
        "one-node-dies",
        "A machine dies in silence with all that runs on it; the rest of the cluster goes on.",
        20_231,
        "3 nodes of its own on this machine",
        Instant.parse("2026-11-30T08:00:00Z"),
        DURATION,
        Outcome.BROKEN,
        "2 of 5 claims did not hold",
        verdicts(),
        List.of(
            new FaultSpan("machine-death", "n2", 15_000, 40_000, "in silence; it comes back"),
            new FaultSpan("partition-one-way", "n1, n3", 52_000, 62_500, "to n2"),
            new FaultSpan("instance-kill", "web-1", 75_200, 75_200, "")),
        lanes(),
        List.of(
            probe("web answers", new Random(1), 15_000, 17_100),
            probe("changes are taken", new Random(3), 15_100, 18_700)),
        List.of(
            Duration.ofMillis(3_120),
            Duration.ofMillis(2_870),
            Duration.ofMillis(4_410),
            Duration.ofMillis(640),
            Duration.ofMillis(2_950)),
        List.of(new Note(70_100, "instance-oom on db: nothing that is called db runs")),
        "regrow chaos run one-node-dies --seed 20231");
  }

  private static List<Verdict> verdicts() {
    return List.of(
        new Verdict(
            "web answers 99.9 % of requests within 200 ms",
            false,
            Judgement.BROKEN,
            "97.73 % of 924 answers",
            List.of(
                "0:15.0: connect to 127.0.0.2:8080: timed out",
                "0:15.1: connect to 127.0.0.2:8080: timed out",
                "… and 19 more")),
        new Verdict(
            "no gap in web's answers is longer than 3 s",
            false,
            Judgement.HELD,
            "the longest was 2.1 s",
            List.of()),
        new Verdict(
            "2 of 3 instances of web are always ready",
            false,
            Judgement.BROKEN,
            "1 was ready at 0:53.1",
            List.of()),
        new Verdict(
            "all is as declared 15 s after the last fault",
            false,
            Judgement.HELD,
            "after 640 ms",
            List.of()),
        new Verdict("no fault is left", true, Judgement.HELD, "3 undone", List.of()));
  }

  private static List<Lane> lanes() {
    return List.of(
        new Lane("n1", Lane.Of.NODE, List.of(new Span(0, DURATION, State.READY, "n1, the leader"))),
        new Lane(
            "n2",
            Lane.Of.NODE,
            List.of(
                new Span(0, 17_000, State.READY, "n2"),
                new Span(17_000, 42_000, State.DOWN, "n2"),
                new Span(42_000, DURATION, State.READY, "n2"))),
        new Lane(
            "web-0", Lane.Of.INSTANCE, List.of(new Span(0, DURATION, State.READY, "web-0 on n1"))),
        new Lane(
            "web-1",
            Lane.Of.INSTANCE,
            List.of(
                new Span(0, 15_000, State.READY, "web-1 on n2"),
                new Span(15_000, 17_000, State.LOST, "web-1 on n2"),
                new Span(17_000, 17_600, State.STARTING, "web-1 on n3"),
                new Span(17_600, 18_200, State.UNREADY, "web-1 on n3"),
                new Span(18_200, 75_200, State.READY, "web-1 on n3"),
                new Span(75_200, 75_900, State.DOWN, "web-1 on n3, attempt 2"),
                new Span(75_900, DURATION, State.READY, "web-1 on n3, attempt 2"))));
  }

  static Probe probe(String name, Random random, long from, long until) {
    var samples = new ArrayList<Sample>();
    for (long at = 0; at < DURATION; at += 100) {
      boolean failed = at >= from && at < until;
      double took = failed ? 200 : Math.exp(random.nextGaussian() * 0.6) * 4;
      samples.add(
          new Sample(at, took, !failed, failed ? "connect to 127.0.0.2:8080: timed out" : ""));
    }
    return new Probe(name, "http://any:8080/", 200, samples);
  }
}
