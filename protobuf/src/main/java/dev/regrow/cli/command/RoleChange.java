package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for a node that was told to become a server or a worker. */
public final class RoleChange {

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Terminal terminal;
  private final RegrowClient client;

  public RoleChange(Terminal terminal, RegrowClient client) {
    this.terminal = terminal;
    this.client = client;
  }

  /** Until it says itself that it is that, and is back. */
  public Node await(String name, String role, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    var node = client.send(Calls.node(name));
    while (!node.getRolesList().contains(role) || node.getPhase() == NodePhase.NODE_UNREACHABLE) {
      if (System.nanoTime() - deadline > 0) {
        throw new Failure(
            ExitCode.TIMED_OUT,
            "node %s is not a %s after %s: look at its log; it goes on trying"
                .formatted(name, role, Durations.age(timeout)));
      }
      terminal.progress("node %s: becomes a %s".formatted(name, role));
      pause();
      node = client.send(Calls.node(name));
    }
    terminal.clearProgress();
    return node;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.error("interrupted");
    }
  }
}
