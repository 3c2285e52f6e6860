package dev.regrow.cli;

import dev.regrow.cli.command.ApplyCommand;
import dev.regrow.cli.command.ClusterCommand;
import dev.regrow.cli.command.CompletionCommand;
import dev.regrow.cli.command.ConfigCommand;
import dev.regrow.cli.command.CpCommand;
import dev.regrow.cli.command.DeleteCommand;
import dev.regrow.cli.command.DescribeCommand;
import dev.regrow.cli.command.ExecCommand;
import dev.regrow.cli.command.ExplainCommand;
import dev.regrow.cli.command.GetCommand;
import dev.regrow.cli.command.HistoryCommand;
import dev.regrow.cli.command.ImageCommand;
import dev.regrow.cli.command.InitCommand;
import dev.regrow.cli.command.LauncherCommand;
import dev.regrow.cli.command.LogsCommand;
import dev.regrow.cli.command.NodeCtlCommand;
import dev.regrow.cli.command.PlanCommand;
import dev.regrow.cli.command.PortForwardCommand;
import dev.regrow.cli.command.RestartCommand;
import dev.regrow.cli.command.RollbackCommand;
import dev.regrow.cli.command.RolloutCommand;
import dev.regrow.cli.command.RunCommand;
import dev.regrow.cli.command.ScaleCommand;
import dev.regrow.cli.command.SecretCommand;
import dev.regrow.cli.command.TokenCommand;
import dev.regrow.cli.command.TopCommand;
import dev.regrow.cli.command.ValidateCommand;
import dev.regrow.cli.command.VersionCommand;
import dev.regrow.cli.local.DownCommand;
import dev.regrow.cli.local.UpCommand;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All commands by name, in the order of the help. To add one: write its class, add a line here. */
public final class Commands {
  private static final Map<String, Function<Terminal, Command>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("up", UpCommand::new);
    ALL.put("down", DownCommand::new);
    ALL.put("node", terminal -> new LauncherCommand("node", "Run one node in the foreground."));
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
    ALL.put("exec", ExecCommand::new);
    ALL.put("cp", CpCommand::new);
    ALL.put("port-forward", PortForwardCommand::new);
    ALL.put("top", TopCommand::new);
    ALL.put("scale", ScaleCommand::new);
    ALL.put("rollout", RolloutCommand::new);
    ALL.put("history", HistoryCommand::new);
    ALL.put("rollback", RollbackCommand::new);
    ALL.put("restart", RestartCommand::new);
    ALL.put("node-ctl", NodeCtlCommand::new);
    ALL.put("cluster", ClusterCommand::new);
    ALL.put("config", ConfigCommand::new);
    ALL.put("secret", SecretCommand::new);
    ALL.put("token", TokenCommand::new);
    ALL.put("image", ImageCommand::new);
    ALL.put(
        "bench",
        terminal ->
            new LauncherCommand(
                "bench", "Measure this machine: start, heal, api, footprint, pull, store."));
    ALL.put(
        "chaos",
        terminal ->
            new LauncherCommand("chaos", "Run scenarios that hurt a cluster and check it."));
    ALL.put("completion", CompletionCommand::new);
    ALL.put("version", VersionCommand::new);
  }

  /** Known, but not of this release; with what there is instead. */
  private static final Map<String, String> LATER =
      Map.of(
          "trigger",
          "there are no Crons in this release yet",
          "whatif",
          "it is not in this release yet; what a further failure would cost:"
              + " regrow cluster status");

  private Commands() {}

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** A new one; null when no command has that name. */
  static @Nullable Command command(Terminal terminal, String name) {
    var make = ALL.get(name);
    return make == null ? null : make.apply(terminal);
  }

  /** Why there is no command of a name that is known; null when it is not. */
  static @Nullable String later(String name) {
    return LATER.get(name);
  }

  /** What each understands, in the order of the help. */
  public static List<Usage> usages(Terminal terminal) {
    return ALL.values().stream().map(make -> make.apply(terminal).usage()).toList();
  }

  /** The help on all of them. */
  static String help(Terminal terminal) {
    var text = new StringBuilder();
    text.append("Usage: regrow COMMAND\n\n");
    text.append("Runs workloads and keeps them as declared. What fails grows back.\n\n");
    text.append("Commands:\n");
    for (var usage : usages(terminal)) {
      text.append("  %-12s %s%n".formatted(usage.name(), usage.summary()));
    }
    return text.append(
            """

            Begin with:
              sudo regrow up                  start a local cluster
              regrow init && regrow apply -f regrow.yaml --wait

            Help on a command: regrow COMMAND --help
            """)
        .toString();
  }
}
