package dev.regrow.cli.local;

import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Waits until every server has heard of all nodes: one that was not heard of yet gets no instances,
 * so what is applied right after a start would leave the newest nodes empty. Workers place nothing.
 */
final class Acquaintance {

  private static final Duration WITHIN = Duration.ofSeconds(15);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Terminal terminal;

  Acquaintance(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Goes on after a while in any case, and says then who does not know whom. */
  void await(Context context) {
    if (context.nodes().size() < 2) {
      return;
    }
    long deadline = System.nanoTime() + WITHIN.toNanos();
    var servers = servers(context);
    for (var node : context.nodes()) {
      if (!servers.isEmpty() && !servers.contains(node.name())) {
        continue;
      }
      var missing = missing(context, node);
      while (!missing.isEmpty() && System.nanoTime() - deadline < 0 && pause()) {
        missing = missing(context, node);
      }
      if (!missing.isEmpty()) {
        terminal.say(node.name() + " has not heard of " + String.join(", ", missing) + " yet");
      }
    }
  }

  /** As any of them says; nobody: all are asked. */
  private static List<String> servers(Context context) {
    try (var client = RegrowClient.of(context)) {
      return client.send(Calls.nodes()).getItemsList().stream()
          .filter(node -> node.getRolesList().contains("server"))
          .map(Node::getName)
          .toList();
    } catch (ApiException notReady) {
      return List.of();
    }
  }

  /** The names of nodes that this one cannot place instances on. */
  private static List<String> missing(Context context, Context.LocalNode asked) {
    var there =
        new Context(asked.address(), context.token(), context.ca(), context.namespace(), List.of());
    try (var client = RegrowClient.of(there)) {
      var heard =
          client.send(Calls.nodes()).getItemsList().stream()
              .filter(Acquaintance::speaks)
              .map(Node::getName)
              .toList();
      return context.nodes().stream()
          .map(Context.LocalNode::name)
          .filter(name -> !heard.contains(name))
          .toList();
    } catch (ApiException notReady) {
      return context.nodes().stream().map(Context.LocalNode::name).toList();
    }
  }

  private static boolean speaks(Node node) {
    return node.getPhase() != NodePhase.NODE_UNREACHABLE && node.getPhase() != NodePhase.NODE_DOWN;
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
