package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code validate}: judges manifests without a cluster. */
@Command(
    name = "validate",
    description = "Check manifests, with file, line and column of what is wrong. Needs no cluster.",
    footer = {"", "Example:", "  regrow validate -f manifests/"})
public final class ValidateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|DIR|-",
      description = "Manifests; may be repeated.")
  List<String> files = new ArrayList<>();

  @Option(names = "--var", paramLabel = "K=V", description = "The value of $${K} in manifests.")
  List<String> variables = new ArrayList<>();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  public ValidateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
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
      terminal.print(each.from() + ": " + each.workload().getName() + " is valid");
    }
    return ExitCode.OK;
  }
}
