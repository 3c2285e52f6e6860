package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.Descriptions;
import dev.regrow.client.Calls;
import dev.regrow.v1.Timeline;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code explain}: why a workload is as it is. */
@Command(
    name = "explain",
    description =
        "Tell what was decided for a workload and what happened to it, in order, and why.",
    footer = {"", "Example:", "  regrow explain web"})
public final class ExplainCommand extends Base {

  @Parameters(paramLabel = "NAME", description = "A workload.")
  String name = "";

  @Mixin Output output = new Output();

  public ExplainCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    Lookup.workload(client(), namespace(), name);
    var timeline = client().send(Calls.timeline(namespace(), name));
    if (output.isTable()) {
      Descriptions.timeline(terminal, timeline);
    } else {
      output.show(terminal, timeline, Timeline::getWorkload);
    }
    return ExitCode.OK;
  }
}
