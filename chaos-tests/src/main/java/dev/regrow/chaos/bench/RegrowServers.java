package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.client.Calls;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.StoreServer;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Our servers, with the flags that ship, on loopback; the first formed the cluster and leads. */
final class RegrowServers implements StoreServers {

  private static final String SUBNET = "127.77.1.";
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final Path scratch;
  private final List<LocalNode> nodes = new ArrayList<>();
  private final Path tokenFile;

  private RegrowServers(Path scratch, int count) {
    this.scratch = scratch;
    this.tokenFile = scratch.resolve("token-" + count);
  }

  static RegrowServers start(Path home, Path scratch, int count) throws IOException {
    var servers = new RegrowServers(scratch, count);
    try {
      servers.start(home, count);
    } catch (IOException | RuntimeException | AssertionError failed) {
      servers.close();
      throw failed;
    }
    return servers;
  }

  private void start(Path home, int count) throws IOException {
    LocalNode first = node(home, 1, count);
    first.start();
    var context = ContextFile.at(first.contextFile()).read().orElseThrow();
    secret(tokenFile, context.token());
    try (var client = RegrowClient.of(context)) {
      for (int i = 2; i <= count; i++) {
        node(home, i, count)
            .with("--join", SUBNET + 1, "--join-token-file", joinToken(client).toString())
            .with("--role", "server")
            .start();
      }
      Await.until(
          count + " voters",
          READY_WITHIN,
          () -> client.send(Calls.cluster()),
          seen -> voters(seen) == count);
    }
  }

  private static long voters(Cluster seen) {
    return seen.getStore().getServersList().stream().filter(StoreServer::getVoter).count();
  }

  private LocalNode node(Path home, int i, int count) {
    var node =
        new LocalNode(home, scratch.resolve("regrow-" + count + "-" + i), "s" + i, SUBNET + i);
    nodes.add(node);
    return node;
  }

  private Path joinToken(RegrowClient client) throws IOException {
    Path file = scratch.resolve("join-token");
    if (!Files.exists(file)) {
      var wanted =
          TokenRequest.newBuilder()
              .setRole(TokenRole.TOKEN_JOIN)
              .setTtl(Duration.ofHours(1).toMillis())
              .build();
      secret(file, client.send(Calls.createToken(wanted)).getToken());
    }
    return file;
  }

  private static void secret(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  @Override
  public List<String> apis() {
    return List.of("regrow", "regrow-workloads");
  }

  @Override
  public List<String> endpoints() {
    return nodes.stream().map(node -> node.uri().getHost() + ":" + node.uri().getPort()).toList();
  }

  @Override
  public List<Long> pids() {
    return nodes.stream().map(LocalNode::pid).toList();
  }

  @Override
  public Path tokenFile() {
    return tokenFile;
  }

  @Override
  public void close() {
    nodes.forEach(LocalNode::close);
  }
}
