package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import java.time.Duration;
import java.util.List;

/** {@code rollout status}: waits for a rollout under way. */
public final class RolloutCommand extends Base {

  private String action = "";

  private String name = "";

  private Duration timeout = Duration.ofMinutes(5);

  public RolloutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("rollout", "Wait until a workload is as declared, and say how it went.")
        .argument("status", "What to do: status.", text -> action = text)
        .argument("NAME", "A workload.", text -> name = text)
        .option(
            "--timeout",
            "D",
            "How long to wait (default: 5m).",
            text -> timeout = Durations.parse(text))
        .footer(
            "Exits 0 when it is, 4 when it is not in time, 5 when it was rolled back.",
            "",
            "Example:",
            "  regrow rollout status web --timeout 1m");
  }

  @Override
  public int run() {
    if (!action.equals("status")) {
      throw Failure.usage("rollout " + action + ": this release knows only: rollout status NAME");
    }
    var target = Lookup.workload(client(), namespace(), name);
    new Rollout(terminal, client()).await(List.of(target), timeout);
    var now = Lookup.workload(client(), namespace(), name);
    terminal.print(
        namespace()
            + "/"
            + name
            + ": revision "
            + now.getRevision()
            + " is rolled out, "
            + now.getStatus().getReady()
            + "/"
            + now.getStatus().getDesired()
            + " ready");
    return ExitCode.OK;
  }
}
