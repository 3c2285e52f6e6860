package dev.regrow.cli.command;

import dev.regrow.cli.Terminal;
import dev.regrow.client.Calls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rollback}: an old revision's content as a new revision. */
@Command(
    name = "rollback",
    description = "Make a new revision of an old one's content.",
    footer = {
      "",
      "Examples:",
      "  regrow rollback web        # what ran before the current revision",
      "  regrow rollback web 3"
    })
public final class RollbackCommand extends Change {

  @Parameters(index = "0", paramLabel = "NAME", description = "A workload.")
  String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "0",
      description = "See: regrow history NAME.")
  long revision;

  public RollbackCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    return change(name, Calls.rollback(namespace(), name, revision), "rolls back");
  }
}
