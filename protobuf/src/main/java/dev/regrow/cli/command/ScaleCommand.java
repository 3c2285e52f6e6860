package dev.regrow.cli.command;

import dev.regrow.cli.Terminal;
import dev.regrow.client.Calls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code scale}: how many instances. */
@Command(
    name = "scale",
    description = "Set how many instances a workload has.",
    footer = {"", "Example:", "  regrow scale web 3 --wait"})
public final class ScaleCommand extends Change {

  @Parameters(index = "0", paramLabel = "NAME", description = "A workload.")
  String name = "";

  @Parameters(index = "1", paramLabel = "N", description = "0 to 10000.")
  int replicas;

  public ScaleCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    return change(name, Calls.scale(namespace(), name, replicas), "scaled to " + replicas);
  }
}
