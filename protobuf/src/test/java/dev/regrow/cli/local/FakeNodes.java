package dev.regrow.cli.local;

import dev.regrow.client.testing.FakeGateway;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreHealth;
import dev.regrow.v1.StoreServer;
import dev.regrow.v1.Token;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A launcher whose nodes are processes that do nothing but be there: they keep an identity as nodes
 * do, found a cluster unless they are told whom to join, and one gateway answers for all of them.
 */
final class FakeNodes implements AutoCloseable {

  private static final String SCRIPT =
      """
      #!/bin/sh
      echo "$*" >> @FOLDER@/started
      name=$3 data=$5
      [ -e @FOLDER@/$name.script ] && . @FOLDER@/$name.script
      mkdir -p $data/identity
      cluster=founded-by-$name
      case "$*" in *--join*) cluster=$(cat @FOLDER@/cluster);; esac
      [ -e @FOLDER@/cluster ] || echo $cluster > @FOLDER@/cluster
      [ -e $data/identity/cluster-id ] || echo $cluster > $data/identity/cluster-id
      [ -e $data/identity/node-uid ] || echo uid-$name > $data/identity/node-uid
      [ -e $data/role ] || case "$*" in *"--role worker"*) echo worker;; *) echo server;; esac > $data/role
      token=; [ $(cat $data/identity/cluster-id) = founded-by-$name ] && token=secret
      echo '{"address": "@ADDRESS@", "token": "'$token'"}' > $data/next.json
      exec sh -c 'mv $2/next.json $2/context.json; kill -STOP $$' @MAIN@ --data $data
      """;

  final FakeGateway gateway = new FakeGateway();
  private final Path folder;
  private final Path data;

  /**
   * @param folder for its own notes
   * @param data of the cluster
   */
  FakeNodes(Path folder, Path data) throws IOException {
    this.folder = folder;
    this.data = data;
    gateway.answersText("GET /readyz", "{\"status\":\"ready\"}");
    var token = Token.newBuilder().setId("j1").setToken("join-secret").build();
    gateway.answers("POST /v1/tokens", token).answers("DELETE /v1/tokens/j1", token);
    gateway.answers("GET /v1/nodes", nodes(9)).answers("GET /v1/cluster", kept(9));
    Files.writeString(
        launcherFile(),
        SCRIPT
            .replace("@FOLDER@", folder.toString())
            .replace("@ADDRESS@", gateway.address())
            .replace("@MAIN@", NodeProcess.MAIN_CLASS));
    Files.setPosixFilePermissions(launcherFile(), PosixFilePermissions.fromString("rwx------"));
  }

  private static NodeList nodes(int count) {
    var list = NodeList.newBuilder();
    for (int i = 1; i <= count; i++) {
      list.addItems(node("n" + i, "uid-n" + i));
    }
    return list.build();
  }

  private static Cluster kept(int servers) {
    var store = StoreHealth.newBuilder();
    for (int i = 1; i <= servers; i++) {
      store.addServers(StoreServer.newBuilder().setNode("n" + i).setVoter(true).setReachable(true));
    }
    return Cluster.newBuilder().setStore(store).build();
  }

  private static Node node(String name, String uid) {
    return Node.newBuilder()
        .setName(name)
        .setUid(uid)
        .addRoles("server")
        .setPhase(NodePhase.NODE_READY)
        .build();
  }

  private Path launcherFile() {
    return folder.resolve("launcher");
  }

  Launcher launcher() {
    return new Launcher(launcherFile().toString());
  }

  /** From now on that node runs this before it does anything; {@code exit 1} is its end. */
  void before(String name, String script) throws IOException {
    Files.writeString(folder.resolve(name + ".script"), script + "\n");
  }

  void asUsual(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name + ".script"));
  }

  /** The command lines of all starts, in order. */
  List<String> started() throws IOException {
    return Files.exists(folder.resolve("started"))
        ? Files.readAllLines(folder.resolve("started"))
        : List.of();
  }

  /** All of them die, and what they were started with is forgotten. */
  void kill() throws IOException {
    var cluster = new LocalCluster(data);
    for (var name : cluster.nodes()) {
      var process = cluster.process(name);
      if (process.isPresent()) {
        process.get().kill();
        while (process.get().lives()) {
          Thread.onSpinWait();
        }
      }
      var context = data.resolve(name).resolve("context.json");
      if (Files.exists(context)) { // The gateway lives on, but not as that node.
        var dead = Files.readString(context).replace(gateway.address(), "http://127.0.0.1:1");
        Files.writeString(context, dead);
      }
    }
    Files.deleteIfExists(folder.resolve("started"));
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    gateway.close();
  }
}
