package dev.regrow.cli.command;

import dev.regrow.cli.Commands;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code completion}: lets a shell complete commands, options, kinds and names. */
@Command(
    name = "completion",
    description = "Write a completion script for bash, zsh or fish.",
    footer = {
      "",
      "Examples:",
      "  source <(regrow completion bash)",
      "  regrow completion zsh > ~/.zfunc/_regrow",
      "  regrow completion fish > ~/.config/fish/completions/regrow.fish"
    })
public final class CompletionCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  String shell = "";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  public CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var model = Completions.of(Commands.line(terminal, ""));
    terminal
        .out()
        .print(
            switch (shell) {
              case "bash" -> model.bash();
              case "zsh" -> model.zsh();
              case "fish" -> model.fish();
              default -> throw Failure.usage("completion " + shell + ": it is bash, zsh or fish");
            });
    return ExitCode.OK;
  }
}
