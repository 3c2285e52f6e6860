package dev.regrow.cli.command;

import dev.regrow.cli.Terminal;
import dev.regrow.client.Calls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code restart}: every instance anew. */
@Command(
    name = "restart",
    description = "Replace every instance, at the pace of the update policy, without a change.",
    footer = {"", "Example:", "  regrow restart web --wait"})
public final class RestartCommand extends Change {

  @Parameters(index = "0", paramLabel = "NAME", description = "A workload.")
  String name = "";

  public RestartCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    return change(name, Calls.restart(namespace(), name), "is being restarted");
  }
}
