package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.command.RoleChange;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Node;
import dev.regrow.v1.StoreServer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that as many nodes of a local cluster keep the store as its size wants: workers of a
 * smaller one are promoted when it grows. Nobody is demoted: `node-ctl demote` does that.
 */
final class StoreKeepers {

  private static final String SERVER = "server";
  private static final String WITNESS = "witness";
  private static final Duration VOTES_WITHIN = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final Terminal terminal;
  private final Context context;

  StoreKeepers(Terminal terminal, Context context) {
    this.terminal = terminal;
    this.context = context;
  }

  /** Servers vote, so their number is odd: 1 of 1 or 2 nodes, 3 of 3 or 4, 5 beyond. */
  static int of(int nodes) {
    if (nodes < 3) {
      return 1;
    }
    return nodes < 5 ? 3 : 5;
  }

  /** The workers that are to be servers: those who were there first, by their number. */
  static List<String> promotions(List<Node> nodes, int wanted) {
    long servers = nodes.stream().filter(node -> is(node, SERVER)).count();
    return nodes.stream()
        .filter(node -> !is(node, SERVER) && !is(node, WITNESS))
        .map(Node::getName)
        .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
        .limit(Math.max(0, wanted - servers))
        .toList();
  }

  private static boolean is(Node node, String role) {
    return node.getRolesList().contains(role);
  }

  /** Returns once so many vote, or says that they do not yet. */
  void become(int wanted, Duration timeout) {
    if (wanted < 2) {
      return;
    }
    try (var client = RegrowClient.of(context)) {
      for (var name : promotions(client.send(Calls.nodes()).getItemsList(), wanted)) {
        client.send(Calls.promote(name));
        new RoleChange(terminal, client).await(name, SERVER, timeout);
        terminal.say("node " + name + " is a server of the store now");
      }
      awaitVotes(client, wanted);
    } catch (ApiException e) {
      throw Failure.error(
          "the store is not kept by %d nodes yet: %s".formatted(wanted, e.getMessage()));
    }
  }

  private void awaitVotes(RegrowClient client, int wanted) {
    long deadline = System.nanoTime() + VOTES_WITHIN.toNanos();
    long votes = votes(client);
    while (votes < wanted && System.nanoTime() - deadline < 0 && pause()) {
      votes = votes(client);
    }
    if (votes < wanted) {
      terminal.say(
          "%d of %d servers vote yet; see: regrow cluster status".formatted(votes, wanted));
    }
  }

  /** 0 while the store is between two leaders. */
  private static long votes(RegrowClient client) {
    try {
      return client.send(Calls.cluster()).getStore().getServersList().stream()
          .filter(StoreServer::getVoter)
          .filter(StoreServer::getReachable)
          .count();
    } catch (ApiException.Unavailable | ApiException.TimedOut notNow) {
      return 0;
    }
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
