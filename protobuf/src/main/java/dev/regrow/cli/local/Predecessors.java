package dev.regrow.cli.local;

import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import java.util.Set;

/**
 * Nodes that bore the names of new ones: the cluster has them on record, and what they had, until
 * it is told that they never come back. Only people know that.
 */
final class Predecessors {

  private final Terminal terminal;
  private final LocalCluster cluster;

  Predecessors(Terminal terminal, LocalCluster cluster) {
    this.terminal = terminal;
    this.cluster = cluster;
  }

  /**
   * @param joined numbers of nodes that are new
   */
  void tell(Context context, Set<Integer> joined) {
    if (joined.isEmpty()) {
      return;
    }
    try (var client = RegrowClient.of(context)) {
      var nodes = client.send(Calls.nodes()).getItemsList();
      for (int number : joined) {
        var name = LocalCluster.nameOf(number);
        var own = cluster.uid(name);
        nodes.stream()
            .filter(node -> node.getName().equals(name) && !node.getUid().equals(own))
            .forEach(
                node ->
                    terminal.say(
                        "the former node %s (%s) stays on record until it is removed: regrow node-ctl remove --force %s"
                            .formatted(name, node.getUid(), node.getUid())));
      }
    } catch (ApiException notNow) {
      // regrow get nodes shows them, too.
    }
  }
}
