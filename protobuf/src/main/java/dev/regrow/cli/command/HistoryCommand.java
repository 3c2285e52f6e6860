package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.Tables;
import dev.regrow.client.Calls;

/** {@code history}: the revisions of a workload. */
public final class HistoryCommand extends Base {

  private String name = "";

  private final Output output = new Output();

  public HistoryCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("history", "Show the revisions of a workload and why each was made.")
        .argument("NAME", "A workload.", text -> name = text)
        .with(output::declare)
        .footer("Example:", "  regrow history web");
  }

  @Override
  public int run() {
    Lookup.workload(client(), namespace(), name);
    var list = client().send(Calls.revisions(namespace(), name));
    if (output.isTable()) {
      var style = new Tables.Style(false, output.isWide(), System.currentTimeMillis());
      Tables.revisions(style, list.getItemsList()).print(terminal);
    } else if (output.form() == Output.Form.NAME) {
      list.getItemsList().forEach(each -> terminal.print(name + "/" + each.getRevision()));
    } else {
      output.show(terminal, list, each -> "");
    }
    return ExitCode.OK;
  }
}
