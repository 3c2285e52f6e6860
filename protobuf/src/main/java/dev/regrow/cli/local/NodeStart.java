package dev.regrow.cli.local;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Brings one node to readiness: starts its JVM if none lives, and waits until it serves. */
final class NodeStart {
  private static final Duration ASKED_WITHIN = Duration.ofSeconds(2);
  private static final int LOG_LINES = 15;

  private final Terminal terminal;
  private final LocalCluster cluster;
  private final String name;
  private final List<String> where;
  private final List<String> options;
  private final Launcher launcher;
  private @Nullable Process started;
  private Optional<NodeProcess> lived = Optional.empty();
  private long began;

  /**
   * @param where options of regrow node: where it listens, and whom it joins
   * @param options of it that people gave: one that lives does not get them
   */
  NodeStart(
      Terminal terminal,
      Launcher launcher,
      LocalCluster cluster,
      String name,
      List<String> where,
      List<String> options) {
    this.terminal = terminal;
    this.launcher = launcher;
    this.cluster = cluster;
    this.name = name;
    this.where = List.copyOf(where);
    this.options = List.copyOf(options);
  }

  /** Starts it unless it lives. Several are started first and awaited then. */
  void begin() {
    began = System.nanoTime();
    lived = cluster.process(name);
    started = lived.isPresent() ? null : start();
  }

  /**
   * Waits until it serves. Answers with the context to reach it by; empty: it has ended, as its
   * cluster told it that it was removed for good.
   */
  Optional<Context> await(Duration timeout) {
    var context = awaitReady(timeout);
    if (context.isEmpty()) {
      return context;
    }
    var process = cluster.process(name);
    if (process.isEmpty()) {
      return ended(" right after it was ready");
    }
    if (lived.isPresent()) {
      terminal.say("node " + name + " is running already" + unchanged(process.get()));
    } else {
      long millis = (System.nanoTime() - began) / 1_000_000;
      terminal.say(
          "node " + name + " is ready after " + millis / 1000 + "." + millis / 100 % 10 + " s");
    }
    var described = cluster.describe(name, context.get().address(), process);
    return Optional.of(context.get().withNodes(List.of(described)));
  }

  private String unchanged(NodeProcess process) {
    return options.isEmpty()
        ? ""
        : " with the options of its start; to give it others: kill "
            + process.pid()
            + " (its instances live on), then up again";
  }

  private Process start() {
    cluster.makeFolders(name);
    try {
      var data = cluster.nodeData(name).toString();
      var command = new ArrayList<>(List.of("node", "--name", name, "--data", data));
      command.addAll(where);
      command.addAll(options);
      return launcher.startDetached(cluster.log(name), command.toArray(String[]::new));
    } catch (IOException e) {
      throw Failure.error("node " + name + " cannot be started: " + e.getMessage());
    }
  }

  private Optional<Context> awaitReady(Duration timeout) {
    var seen = "nothing yet";
    while (true) {
      var end = end();
      if (!end.isEmpty()) {
        return ended(end);
      }
      var context = cluster.nodeContext(name);
      if (context.isPresent()) {
        seen = readiness(context.get()).replaceFirst("^node " + name + " ", "it ");
        if (seen.isEmpty()) {
          terminal.clearProgress();
          return context;
        }
      }
      long elapsed = System.nanoTime() - began;
      if (elapsed > timeout.toNanos()) {
        throw new Failure(
            ExitCode.TIMED_OUT,
            "node "
                + name
                + " is not ready after "
                + timeout.toSeconds()
                + " s: "
                + seen
                + lastLines()
                + "\nit goes on starting; look again: sudo regrow up, or stop it: sudo regrow down");
      }
      terminal.progress(
          "starting node " + name + " ... " + elapsed / 1_000_000_000 + " s: " + seen);
      pause();
    }
  }

  /** "" while it lives, else how it ended. */
  private String end() {
    if (started != null) {
      return started.isAlive() ? "" : " with exit code " + started.exitValue();
    }
    return lived.filter(NodeProcess::lives).isPresent() ? "" : " before it was ready";
  }

  /** "" when it serves, else why not. */
  static String readiness(Context context) {
    try (var client = RegrowClient.of(context, ASKED_WITHIN)) {
      client.ready();
      return "";
    } catch (ApiException.Unavailable e) {
      return String.valueOf(e.getMessage());
    } catch (ApiException e) {
      return "not listening yet";
    }
  }

  private Optional<Context> ended(String how) {
    terminal.clearProgress();
    if (cluster.isRemoved(name)) {
      return Optional.empty();
    }
    throw Failure.error(
        "node "
            + name
            + " ended"
            + how
            + lastLines()
            + "\nthe whole log: "
            + cluster.log(name)
            + "\nremedy its last error, then: sudo regrow up");
  }

  private String lastLines() {
    var tail = cluster.logTail(name, LOG_LINES);
    return tail.isBlank() ? "" : "\nthe last lines of its log:\n  " + tail;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.error("interrupted");
    }
  }
}
