package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.Context;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The nodes of this machine's cluster: n1 on 127.0.0.1, n2 on 127.0.0.2 and so on; or from another
 * loopback address on.
 */
final class LocalNodes {

  private static final String FIRST = "n1";
  private static final String LOOPBACK = "127(\\.[0-9]{1,3}){3}";

  /** The last of 127.0.0.x that is no broadcast address. */
  private static final int MOST = 254;

  private final Terminal terminal;
  private final Launcher launcher;
  private final LocalCluster cluster;
  private final String bind;
  private final String faults;

  /**
   * @param faults that nodes which are started let happen, as regrow node takes them
   */
  LocalNodes(
      Terminal terminal, Launcher launcher, LocalCluster cluster, String bind, String faults) {
    this.terminal = terminal;
    this.launcher = launcher;
    this.cluster = cluster;
    this.bind = bind;
    this.faults = faults;
  }

  /**
   * Brings all nodes to readiness: those that there were, and new ones up to that many.
   *
   * @return the context of the first, with all nodes in it
   */
  Context up(int wanted, Duration timeout) {
    if (wanted < 1 || wanted > MOST) {
      throw Failure.usage("--nodes %d is not 1 to %d".formatted(wanted, MOST));
    }
    if (wanted > 1 && (!bind.matches(LOOPBACK) || lastOctet() + wanted - 1 > MOST)) {
      throw Failure.usage(
          "--nodes %d need as many loopback addresses from --bind on, as 127.0.0.1 and 127.0.0.2"
              .formatted(wanted));
    }
    var contexts = startKnown(wanted, timeout);
    var first = contexts.get(FIRST);
    if (first == null) {
      throw new IllegalStateException("no first node");
    }
    contexts.putAll(joinNew(contexts.size() + 1, wanted, first, timeout));
    var all =
        first.withNodes(
            contexts.values().stream().flatMap(context -> context.nodes().stream()).toList());
    new StoreKeepers(terminal, all).become(StoreKeepers.of(wanted), timeout);
    new Acquaintance(terminal).await(all);
    return all;
  }

  /** All at once: no server is ready before a majority of them is there. */
  private Map<String, Context> startKnown(int wanted, Duration timeout) {
    int known = Math.max(1, cluster.names().size());
    var starts = new NodeStarts();
    for (int i = 1; i <= known; i++) {
      starts.begin(start(i, told(roleOf(i, wanted))));
    }
    return starts.await(timeout);
  }

  /** All at once: most of a start is work that others do not wait for. */
  private Map<String, Context> joinNew(int from, int wanted, Context first, Duration timeout) {
    if (from > wanted) {
      return Map.of();
    }
    try (var invitation = Invitation.to(first, cluster.data().resolve("join-token"), terminal)) {
      var starts = new NodeStarts();
      for (int i = from; i <= wanted; i++) {
        var told =
            new ArrayList<>(List.of("--join", first.address().replaceFirst("^https?://", "")));
        told.addAll(List.of("--join-token-file", invitation.file().toString()));
        told.addAll(roleOf(i, wanted));
        starts.begin(start(i, told(told)));
      }
      return starts.await(timeout);
    }
  }

  private NodeStart start(int number, List<String> told) {
    return new NodeStart(terminal, launcher, cluster, "n" + number, address(number), told);
  }

  /** What a node is once, it stays; only a new one is told. */
  private List<String> roleOf(int number, int wanted) {
    if (number == 1 || Files.exists(cluster.nodeData("n" + number).resolve("role"))) {
      return List.of();
    }
    return List.of("--role", number <= StoreKeepers.of(wanted) ? "server" : "worker");
  }

  private List<String> told(List<String> options) {
    return faults.isEmpty()
        ? options
        : Stream.concat(options.stream(), Stream.of("--allow-faults", faults)).toList();
  }

  private String address(int number) {
    return number == 1 ? bind : bind.replaceFirst("[0-9]+$", "") + (lastOctet() + number - 1);
  }

  private int lastOctet() {
    return Integer.parseInt(bind.substring(bind.lastIndexOf('.') + 1));
  }
}
