package dev.regrow.cli.command;

import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Calls;

/** {@code rollback}: an old revision's content as a new revision. */
public final class RollbackCommand extends Change {

  private String name = "";

  private long revision;

  public RollbackCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return waiting(
        Usage.of("rollback", "Make a new revision of an old one's content.")
            .argument("NAME", "A workload.", text -> name = text)
            .optional("REV", "See: regrow history NAME.", text -> revision = Usage.number(text))
            .footer(
                "Examples:",
                "  regrow rollback web        # what ran before the current revision",
                "  regrow rollback web 3"));
  }

  @Override
  public int run() {
    return change(name, Calls.rollback(namespace(), name, revision), "rolls back");
  }
}
