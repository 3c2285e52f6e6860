package dev.regrow.cli.command;

import dev.regrow.cli.Commands;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;

/** {@code completion}: lets a shell complete commands, options, kinds and names. */
public final class CompletionCommand implements Command {
  private final Terminal terminal;

  private String shell = "";

  public CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of("completion", "Write a completion script for bash, zsh or fish.")
        .argument("SHELL", "bash, zsh or fish.", text -> shell = text)
        .footer(
            "Examples:",
            "  source <(regrow completion bash)",
            "  regrow completion zsh > ~/.zfunc/_regrow",
            "  regrow completion fish > ~/.config/fish/completions/regrow.fish");
  }

  @Override
  public int run() {
    var model = Completions.of(Commands.usages(terminal));
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
