package dev.regrow.cli.command;

import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Calls;

/** {@code restart}: every instance anew. */
public final class RestartCommand extends Change {

  private String name = "";

  public RestartCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return waiting(
        Usage.of(
                "restart",
                "Replace every instance, at the pace of the update policy, without a change.")
            .argument("NAME", "A workload.", text -> name = text)
            .footer("Example:", "  regrow restart web --wait"));
  }

  @Override
  public int run() {
    return change(name, Calls.restart(namespace(), name), "is being restarted");
  }
}
