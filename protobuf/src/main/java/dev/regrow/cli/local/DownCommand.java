package dev.regrow.cli.local;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.command.Confirmation;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code down}: stops the cluster of this machine, instances too, without a trace. */
public final class DownCommand implements Command {
  private static final Duration TERM_WITHIN = Duration.ofSeconds(20);
  private static final Duration KILL_WITHIN = Duration.ofSeconds(5);
  private static final Duration SWEEP_WITHIN = Duration.ofMinutes(2);

  private final Terminal terminal;

  private boolean purge;

  private boolean yes;

  private @Nullable Path data;

  private Duration drain = Duration.ZERO;

  public DownCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of(
            "down",
            "Stop the local cluster and its instances, also when its node is dead. Its data stays: a later up continues with it.")
        .flag("--purge", "Delete the cluster's data too.", () -> purge = true)
        .flag("--yes", "Purge without asking.", () -> yes = true)
        .option(
            "--data",
            "DIR",
            "Of which cluster (default: the context file's, else /var/lib/regrow).",
            text -> data = Path.of(text))
        .option(
            "--drain",
            "D",
            "Before that let its instances be replaced on other machines of the cluster, for at most that long.",
            text -> drain = Durations.parse(text))
        .footer(
            "--drain is for a machine that shuts down: its node is open to instances again when it is back.",
            "Without another node nothing is waited for.",
            "",
            "Examples:",
            "  sudo regrow down",
            "  sudo regrow down --purge",
            "  sudo regrow down --drain 2m --data /var/lib/regrow");
  }

  @Override
  public int run() {
    var file = ContextFile.ofUser();
    var stored = read(file);
    var cluster = new LocalCluster(dataOf(stored));
    var names = cluster.nodes();
    if (names.isEmpty()) {
      terminal.say("nothing runs: there is no cluster at " + cluster.data());
      return ExitCode.OK;
    }
    LocalCluster.requireRoot("down");
    if (purge) {
      Confirmation.ask(
          terminal, yes, "stop the cluster and delete all data at " + cluster.data() + "?");
    }
    stop(cluster, names);
    sweep(cluster, names);
    terminal.clearProgress();
    if (purge) {
      cluster.purge();
      terminal.say("stopped, and deleted " + cluster.data());
    } else {
      terminal.say("stopped; continue with the same data: sudo regrow up");
    }
    forget(file, stored, cluster);
    return ExitCode.OK;
  }

  private static Optional<Context> read(ContextFile file) {
    try {
      return file.read();
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
  }

  private Path dataOf(Optional<Context> stored) {
    if (data != null) {
      return data;
    }
    return stored
        .filter(context -> !context.nodes().isEmpty())
        .map(context -> Path.of(context.nodes().get(0).data()).getParent())
        .orElse(LocalCluster.DEFAULT_DATA);
  }

  /** All at once: none has to wait for the farewell of another. */
  private void stop(LocalCluster cluster, List<String> names) {
    var running = new LinkedHashMap<String, NodeProcess>();
    names.forEach(name -> cluster.process(name).ifPresent(process -> running.put(name, process)));
    if (!drain.isZero()) {
      running.keySet().forEach(name -> cluster.sayLeaving(name, drain));
    }
    terminal.progress("stopping " + nodes(running.size()) + " ...");
    running.values().forEach(NodeProcess::terminate);
    long deadline = System.nanoTime() + TERM_WITHIN.plus(drain).toNanos();
    running.forEach((name, process) -> awaitEnd(name, process, deadline));
  }

  private static String nodes(int count) {
    return count == 1 ? "1 node" : count + " nodes";
  }

  private void awaitEnd(String name, NodeProcess process, long deadline) {
    if (hasEnded(process, deadline)) {
      return;
    }
    terminal.say("node " + name + " does not end by itself and is killed");
    process.kill();
    if (!hasEnded(process, System.nanoTime() + KILL_WITHIN.toNanos())) {
      throw Failure.error(
          "node " + name + " (pid " + process.pid() + ") does not end, even when killed");
    }
  }

  private static boolean hasEnded(NodeProcess process, long deadline) {
    while (process.lives()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Failure.error("interrupted");
      }
    }
    return true;
  }

  private void sweep(LocalCluster cluster, List<String> names) {
    terminal.progress("stopping the instances of " + nodes(names.size()) + " ...");
    var nodes = new LinkedHashMap<String, Path>();
    names.forEach(name -> nodes.put(name, cluster.nodeData(name)));
    new Sweeps(Launcher.own(), SWEEP_WITHIN).of(nodes);
  }

  /**
   * The context stays for a later up, without processes; after a purge it names nothing any more.
   */
  private void forget(ContextFile file, Optional<Context> stored, LocalCluster cluster) {
    if (stored.isEmpty() || !cluster.isOurs(stored.get())) {
      return;
    }
    try {
      if (purge) {
        file.delete();
        return;
      }
      var nodes =
          stored.get().nodes().stream()
              .map(node -> cluster.describe(node.name(), node.address(), Optional.empty()))
              .toList();
      file.write(stored.get().withNodes(nodes));
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
  }
}
