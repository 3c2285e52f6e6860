package dev.regrow.cli;

import dev.regrow.cli.command.ApplyCommand;
import dev.regrow.cli.command.CompletionCommand;
import dev.regrow.cli.command.DeleteCommand;
import dev.regrow.cli.command.DescribeCommand;
import dev.regrow.cli.command.ExplainCommand;
import dev.regrow.cli.command.GetCommand;
import dev.regrow.cli.command.HistoryCommand;
import dev.regrow.cli.command.InitCommand;
import dev.regrow.cli.command.LauncherCommands;
import dev.regrow.cli.command.LogsCommand;
import dev.regrow.cli.command.PlanCommand;
import dev.regrow.cli.command.RestartCommand;
import dev.regrow.cli.command.RollbackCommand;
import dev.regrow.cli.command.RolloutCommand;
import dev.regrow.cli.command.RunCommand;
import dev.regrow.cli.command.ScaleCommand;
import dev.regrow.cli.command.ValidateCommand;
import dev.regrow.cli.command.VersionCommand;
import dev.regrow.cli.local.DownCommand;
import dev.regrow.cli.local.UpCommand;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All commands by name, in the order of the help. To add one: write its class, add a line here. */
public final class Commands {
  private static final Map<String, Function<Terminal, Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("up", UpCommand::new);
    ALL.put("down", DownCommand::new);
    ALL.put("node", LauncherCommands.Node::new);
    ALL.put("apply", ApplyCommand::new);
    ALL.put("plan", PlanCommand::new);
    ALL.put("validate", ValidateCommand::new);
    ALL.put("init", InitCommand::new);
    ALL.put("run", RunCommand::new);
    ALL.put("delete", DeleteCommand::new);
    ALL.put("get", GetCommand::new);
    ALL.put("describe", DescribeCommand::new);
    ALL.put("explain", ExplainCommand::new);
    ALL.put("logs", LogsCommand::new);
    ALL.put("scale", ScaleCommand::new);
    ALL.put("rollout", RolloutCommand::new);
    ALL.put("history", HistoryCommand::new);
    ALL.put("rollback", RollbackCommand::new);
    ALL.put("restart", RestartCommand::new);
    ALL.put("bench", LauncherCommands.Bench::new);
    ALL.put("chaos", LauncherCommands.Chaos::new);
    ALL.put("completion", CompletionCommand::new);
    ALL.put("version", VersionCommand::new);
  }

  private Commands() {}

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * The command line with one command, since building all of them takes longer than most commands;
   * with all when it names none of them.
   */
  public static CommandLine line(Terminal terminal, String named) {
    var line = new CommandLine(new Root(terminal));
    ALL.forEach(
        (name, make) -> {
          if (name.equals(named) || !ALL.containsKey(named)) {
            line.addSubcommand(name, make.apply(terminal));
          }
        });
    return line;
  }

  /** {@code regrow} alone: the help. */
  @Command(
      name = "regrow",
      description = "Runs workloads and keeps them as declared. What fails grows back.",
      synopsisSubcommandLabel = "COMMAND",
      commandListHeading = "%nCommands:%n",
      optionListHeading = "%nOptions:%n",
      footer = {
        "",
        "Begin with:",
        "  sudo regrow up                  start a local cluster",
        "  regrow init && regrow apply -f regrow.yaml --wait",
        "",
        "Help on a command: regrow COMMAND --help"
      })
  static final class Root implements Runnable {
    private final Terminal terminal;

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    boolean help;

    Root(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public void run() {
      line(terminal, "").usage(terminal.out());
    }
  }
}
