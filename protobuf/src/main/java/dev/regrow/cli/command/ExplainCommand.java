package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.Descriptions;
import dev.regrow.client.Calls;
import dev.regrow.v1.Timeline;

/** {@code explain}: why a workload is as it is. */
public final class ExplainCommand extends Base {

  private String name = "";

  private final Output output = new Output();

  public ExplainCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "explain",
            "Tell what was decided for a workload and what happened to it, in order, and why.")
        .argument("NAME", "A workload.", text -> name = text)
        .with(output::declare)
        .footer("Example:", "  regrow explain web");
  }

  @Override
  public int run() {
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
