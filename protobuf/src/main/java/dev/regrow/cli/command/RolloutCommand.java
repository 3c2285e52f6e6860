package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rollout status}: waits for a rollout under way. */
@Command(
    name = "rollout",
    description = "Wait until a workload is as declared, and say how it went.",
    footer = {
      "",
      "Exits 0 when it is, 4 when it is not in time, 5 when it was rolled back.",
      "",
      "Example:",
      "  regrow rollout status web --timeout 1m"
    })
public final class RolloutCommand extends Base {

  @Parameters(index = "0", paramLabel = "status", description = "What to do: status.")
  String action = "";

  @Parameters(index = "1", paramLabel = "NAME", description = "A workload.")
  String name = "";

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "5m",
      description = "How long to wait (default: 5m).")
  Duration timeout = Duration.ofMinutes(5);

  public RolloutCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
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
