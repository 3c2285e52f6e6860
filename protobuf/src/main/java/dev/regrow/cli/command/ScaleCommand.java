package dev.regrow.cli.command;

import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Calls;

/** {@code scale}: how many instances. */
public final class ScaleCommand extends Change {

  private String name = "";

  private int replicas;

  public ScaleCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return waiting(
        Usage.of("scale", "Set how many instances a workload has.")
            .argument("NAME", "A workload.", text -> name = text)
            .argument("N", "0 to 10000.", text -> replicas = Usage.number(text))
            .footer("Example:", "  regrow scale web 3 --wait"));
  }

  @Override
  public int run() {
    return change(name, Calls.scale(namespace(), name, replicas), "scaled to " + replicas);
  }
}
