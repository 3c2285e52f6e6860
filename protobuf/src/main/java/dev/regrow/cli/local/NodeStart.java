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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Brings one node to readiness: starts its JVM if none lives, and waits until it serves. */
final class NodeStart {
  private static final Duration ASKED_WITHIN = Duration.ofSeconds(2);
  private static final int LOG_LINES = 15;

  private final Terminal terminal;
  private final LocalCluster cluster;
  private final String name;
  private final String bind;
  private final List<String> told;
  private final Launcher launcher;
  private @Nullable Process started;
  private boolean lived;
  private long began;

  /**
   * @param told further options of regrow node, as to join
   */
  NodeStart(
      Terminal terminal,
      Launcher launcher,
      LocalCluster cluster,
      String name,
      String bind,
      List<String> told) {
    this.terminal = terminal;
    this.launcher = launcher;
    this.cluster = cluster;
    this.name = name;
    this.bind = bind;
    this.told = List.copyOf(told);
  }

  String name() {
    return name;
  }

  /** Starts it unless it lives. Several are started first and awaited then. */
  void begin() {
    began = System.nanoTime();
    lived = cluster.process(name).isPresent();
    started = lived ? null : start();
  }

  /** Waits until it serves. Answers with the context to reach it by. */
  Context await(Duration timeout) {
    var context = awaitReady(started, began, timeout);
    var process = cluster.process(name);
    if (process.isEmpty()) {
      throw dead("node " + name + " ended right after it was ready");
    }
    if (lived) {
      terminal.say("node " + name + " is running already");
    } else {
      long millis = (System.nanoTime() - began) / 1_000_000;
      terminal.say(
          "node " + name + " is ready after " + millis / 1000 + "." + millis / 100 % 10 + " s");
    }
    return context.withNodes(List.of(cluster.describe(name, context.address(), process)));
  }

  private Process start() {
    cluster.makeFolders(name);
    try {
      var command = new ArrayList<>(List.of("node", "--name", name, "--bind", bind));
      command.addAll(List.of("--data", cluster.nodeData(name).toString()));
      command.addAll(told);
      return launcher.startDetached(cluster.log(name), command.toArray(String[]::new));
    } catch (IOException e) {
      throw Failure.error("node " + name + " cannot be started: " + e.getMessage());
    }
  }

  private Context awaitReady(@Nullable Process started, long began, Duration timeout) {
    var seen = "nothing yet";
    while (true) {
      if (started != null && !started.isAlive()) {
        throw dead("node " + name + " ended with exit code " + started.exitValue());
      }
      var context = cluster.nodeContext(name);
      if (context.isPresent()) {
        seen = readiness(context.get()).replaceFirst("^node " + name + " ", "it ");
        if (seen.isEmpty()) {
          terminal.clearProgress();
          return context.get();
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

  private Failure dead(String what) {
    terminal.clearProgress();
    return Failure.error(
        what
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
