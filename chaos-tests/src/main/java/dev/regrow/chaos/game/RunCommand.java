package dev.regrow.chaos.game;

import dev.regrow.chaos.game.Ending.Cause;
import dev.regrow.chaos.report.JsonReport;
import dev.regrow.chaos.report.ReportFiles;
import dev.regrow.chaos.report.RunReport;
import dev.regrow.chaos.report.RunReport.Judgement;
import dev.regrow.cli.Connection;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code regrow chaos run}: plays a scenario and judges it. */
public final class RunCommand implements Command {

  private static final int SEED_BOUND = 1_000_000;

  private final Terminal terminal;
  private final Connection connection = new Connection();
  private String scenario = "";
  private long seed = -1;
  private boolean dryRun;
  private boolean json;
  private @Nullable Path folder;

  public RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of(
            "chaos run",
            "Let go wrong what a scenario says, and see whether what it claims holds all the same.")
        .argument("SCENARIO", "A file, or a name of `regrow chaos list`.", text -> scenario = text)
        .option("--seed", "N", "Draws whom \"any\" means; as in a report.", this::seed)
        .flag("--dry-run", "Show what would happen to whom; change nothing.", () -> dryRun = true)
        .option(
            "--report", "DIR", "Write a page, JSON and JUnit XML there.", t -> folder = Path.of(t))
        .option("-o, --output", "FORM", "table or json (default: table).", this::form)
        .with(connection::declare)
        .footer(
            "Exit code: 0 all held, 1 not, 2 wrong usage, 4 its time was up, 7 a fault is not allowed.",
            "Examples:",
            "  regrow chaos run game-day.yaml --dry-run",
            "  sudo regrow chaos run one-node-dies --report /tmp/report");
  }

  private void seed(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new IllegalArgumentException("\"" + text + "\" is no whole number");
    }
    seed = Long.parseLong(text);
  }

  private void form(String text) {
    if (!text.equals("json") && !text.equals("table")) {
      throw new IllegalArgumentException("there is no form \"" + text + "\"; it is table or json");
    }
    json = text.equals("json");
  }

  /**
   * The scenario there.
   *
   * @throws Failure naming line and column of each thing that is wrong
   */
  static Scenario read(Source source) {
    var read = ScenarioFile.read(source.text());
    return read.scenario()
        .orElseThrow(
            () ->
                Failure.error(
                    "nothing was done:\n  "
                        + read.wrong().stream()
                            .map(each -> source.name() + ":" + each)
                            .collect(Collectors.joining("\n  "))));
  }

  @Override
  public int run() {
    var source = Source.of(scenario);
    var read = read(source);
    long drawn = seed >= 0 ? seed : new SecureRandom().nextInt(SEED_BOUND);
    var stage = new Staging(read, source, drawn, connection, terminal::say);
    if (dryRun) {
      stage.rehearse().forEach(terminal::print);
      return ExitCode.OK;
    }
    var ending = new Ending();
    var hook = undoneOnSignal(ending);
    try {
      var report = stage.play(ending).again("regrow chaos run " + scenario + " --seed " + drawn);
      tell(report);
      terminal
          .flush(); // After a signal nothing else does: the process ends as soon as all is over.
      return code(report, ending);
    } finally {
      ending.over();
      forget(hook);
    }
  }

  /** Ctrl-C and TERM end the run; the process lives on until all is undone. */
  private static Thread undoneOnSignal(Ending ending) {
    var hook =
        new Thread(
            () -> {
              ending.end(Cause.INTERRUPTED, "somebody ended it");
              try {
                ending.awaitOver();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "undo");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException itRuns) {
      // A signal came; the hook ends by itself.
    }
  }

  private void tell(RunReport report) {
    var page = folder == null ? null : ReportFiles.write(folder, report);
    if (json) {
      terminal.print(JsonReport.of(report));
    } else {
      for (var verdict : report.verdicts()) {
        terminal.print(
            "%-6s  %s: %s".formatted(verdict.judgement().word(), verdict.claim(), verdict.seen()));
        if (verdict.judgement() != Judgement.HELD) {
          verdict.details().forEach(detail -> terminal.print("          " + detail));
        }
      }
      terminal.print(
          report.scenario()
              + ": "
              + report.outcome().word()
              + (report.reason().isEmpty() ? "" : ": " + report.reason()));
    }
    if (page != null) {
      terminal.say("report: " + page);
    }
    terminal.say("the same again: " + report.again());
  }

  private static int code(RunReport report, Ending ending) {
    return switch (report.outcome()) {
      case HELD -> ExitCode.OK;
      case BROKEN, NOT_BEGUN -> ExitCode.ERROR;
      case ABORTED ->
          ending.reason().filter(each -> each.cause() == Cause.TIME).isPresent()
              ? ExitCode.TIMED_OUT
              : ExitCode.ERROR;
    };
  }
}
