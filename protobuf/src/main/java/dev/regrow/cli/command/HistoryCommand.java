package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.Tables;
import dev.regrow.client.Calls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code history}: the revisions of a workload. */
@Command(
    name = "history",
    description = "Show the revisions of a workload and why each was made.",
    footer = {"", "Example:", "  regrow history web"})
public final class HistoryCommand extends Base {

  @Parameters(paramLabel = "NAME", description = "A workload.")
  String name = "";

  @Mixin Output output = new Output();

  public HistoryCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
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
