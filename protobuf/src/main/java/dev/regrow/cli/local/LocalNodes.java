package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

  private static final Duration JOIN_WITHIN = Duration.ofMinutes(10);

  /** The last of 127.0.0.x that is no broadcast address. */
  private static final int MOST = 254;

  private final Terminal terminal;
  private final LocalCluster cluster;
  private final String bind;
  private final String faults;

  /**
   * @param faults that nodes which are started let happen, as regrow node takes them
   */
  LocalNodes(Terminal terminal, LocalCluster cluster, String bind, String faults) {
    this.terminal = terminal;
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
    var starts = new LinkedHashMap<String, NodeStart>();
    for (int i = 1; i <= known; i++) {
      var name = "n" + i;
      var start = new NodeStart(terminal, cluster, name, address(i), told(roleOf(i, wanted)));
      start.begin();
      starts.put(name, start);
    }
    var contexts = new LinkedHashMap<String, Context>();
    starts.forEach((name, start) -> contexts.put(name, start.await(timeout)));
    return contexts;
  }

  /** All at once: most of a start is work that others do not wait for. */
  private Map<String, Context> joinNew(int from, int wanted, Context first, Duration timeout) {
    var contexts = new LinkedHashMap<String, Context>();
    if (from > wanted) {
      return contexts;
    }
    var starts = new LinkedHashMap<String, NodeStart>();
    var token = cluster.data().resolve("join-token");
    try {
      write(token, joinToken(first));
      for (int i = from; i <= wanted; i++) {
        var name = "n" + i;
        cluster.makeFolders(name);
        var told =
            new ArrayList<>(List.of("--join", first.address().replaceFirst("^https?://", "")));
        told.addAll(List.of("--join-token-file", token.toString()));
        told.addAll(roleOf(i, wanted));
        var start = new NodeStart(terminal, cluster, name, address(i), told(told));
        start.begin();
        starts.put(name, start);
      }
      starts.forEach((name, start) -> contexts.put(name, start.await(timeout)));
      return contexts;
    } catch (IOException e) {
      throw Failure.error("cannot write " + token + ": " + e.getMessage());
    } finally {
      delete(token);
    }
  }

  /** For one node, and for no longer than it may take to start. */
  private static String joinToken(Context first) {
    var wanted =
        TokenRequest.newBuilder()
            .setRole(TokenRole.TOKEN_JOIN)
            .setTtl(JOIN_WITHIN.toMillis())
            .build();
    try (var client = RegrowClient.of(first)) {
      return client.send(Calls.createToken(wanted)).getToken();
    } catch (ApiException e) {
      throw Failure.error("no token for a new node: " + e.getMessage());
    }
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

  private static void write(Path file, String token) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, token + "\n", StandardCharsets.US_ASCII);
  }

  private static void delete(Path token) {
    try {
      Files.deleteIfExists(token);
    } catch (IOException e) {
      throw Failure.error("delete it, it is a secret: " + token + " (" + e.getMessage() + ")");
    }
  }
}
