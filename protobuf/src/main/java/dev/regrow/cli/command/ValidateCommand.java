package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import java.util.ArrayList;
import java.util.List;

/** {@code validate}: judges manifests without a cluster. */
public final class ValidateCommand implements Command {
  private final Terminal terminal;

  private final List<String> files = new ArrayList<>();

  private final List<String> variables = new ArrayList<>();

  public ValidateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of(
            "validate",
            "Check manifests, with file, line and column of what is wrong. Needs no cluster.")
        .required("-f, --file", "FILE|DIR|-", "Manifests; may be repeated.", files::add)
        .option("--var", "K=V", "The value of ${K} in manifests.", variables::add)
        .footer("Example:", "  regrow validate -f manifests/");
  }

  @Override
  public int run() {
    var read = Sources.readAll(files, Sources.variables(variables));
    if (!read.problems().isEmpty()) {
      int count = read.problems().size();
      throw Failure.error(
          count
              + (count == 1 ? " thing is" : " things are")
              + " wrong:\n  "
              + String.join("\n  ", read.problems()));
    }
    for (var each : read.manifests()) {
      terminal.print(each.from() + ": " + each.declared().name() + " is valid");
    }
    return ExitCode.OK;
  }
}
