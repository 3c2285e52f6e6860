package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Commands that the launcher starts in a JVM of their own; they are here for the help only. */
public final class LauncherCommands {
  private LauncherCommands() {}

  private static Failure notHere(String name) {
    return Failure.error("\"" + name + "\" is started by the launcher: use bin/regrow " + name);
  }

  /** The node in the foreground. */
  @Command(name = "node", description = "Run one node in the foreground.")
  public static final class Node implements Callable<Integer> {
    @Unmatched List<String> rest = new ArrayList<>();

    public Node(Terminal terminal) {}

    @Override
    public Integer call() {
      throw notHere("node");
    }
  }

  /** Benchmarks. */
  @Command(name = "bench", description = "Measure this machine: start, heal, api, footprint.")
  public static final class Bench implements Callable<Integer> {
    @Unmatched List<String> rest = new ArrayList<>();

    public Bench(Terminal terminal) {}

    @Override
    public Integer call() {
      throw notHere("bench");
    }
  }

  /** Scenarios under fire. */
  @Command(name = "chaos", description = "Run scenarios that hurt a cluster and check it.")
  public static final class Chaos implements Callable<Integer> {
    @Unmatched List<String> rest = new ArrayList<>();

    public Chaos(Terminal terminal) {}

    @Override
    public Integer call() {
      throw notHere("chaos");
    }
  }
}
