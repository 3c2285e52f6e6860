package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Leftovers;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One command makes a cluster of several nodes, and makes it larger. */
@RealNodes
class SeveralNodesIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SIX =
      """
      kind: Service
      name: six
      replicas: 6
      instance:
        command: [/bin/sleep, infinity]
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      """;

  private final String address = Arena.nextAddress().replaceFirst("[0-9]+$", "101");
  private Path folder = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void chooseFolders(@TempDir Path empty) {
    folder = empty;
    data = folder.resolve("data");
  }

  @AfterEach
  void leaveNothing() {
    regrow("down", "--purge", "--yes", "--data", data);
  }

  @Test
  void two_nodes_share_the_work_survive_being_stopped_and_become_three_that_keep_the_store()
      throws IOException {
    Path manifest = Files.writeString(folder.resolve("six.yaml"), SIX);
    var said = regrow("up", "--nodes", 2, "--bind", address, "--data", data, manifest);

    assertThat(said).as("who places knows all").doesNotContain("has not heard");
    assertThat(nodes(context().address())).extracting(Node::getName).containsExactly("n1", "n2");
    assertThat(instances()).extracting(Instance::getNode).contains("n1", "n2");
    assertThat(voters()).containsExactly("n1");
    assertThat(tokens()).as("what let the second in").doesNotContain(TokenRole.TOKEN_JOIN);

    regrow("down");
    assertThat(uids()).hasSize(2).allSatisfy(uid -> assertThat(Leftovers.of(uid)).isEmpty());

    regrow("up", "--bind", address, "--data", data);
    awaitNodes(2);
    Await.until(
        "six instances where they were",
        SOON,
        this::instances,
        seen -> seen.size() == 6 && seen.stream().allMatch(Instance::getReady));

    regrow("up", "--nodes", 3, "--bind", address, "--data", data);
    assertThat(voters()).containsExactly("n1", "n2", "n3");
    for (var node : context().nodes()) {
      assertThat(nodes(node.address()))
          .as("nodes according to %s", node.name())
          .extracting(Node::getName)
          .containsExactly("n1", "n2", "n3");
    }
  }

  @Test
  void a_node_whose_directory_was_deleted_joins_anew_and_founds_no_cluster_of_its_own()
      throws IOException {
    regrow("up", "--nodes", 2, "--bind", address, "--data", data);
    var before = uids();
    regrow("down");
    Shell.ask(List.of("rm", "-r", data.resolve("n2").toString()), Map.of()).expect(0);

    // Its former self has said that it will be back, and whoever deleted it knows better.
    assertThat(said(1, "up", "--nodes", 2, "--bind", address, "--data", data))
        .contains("keeps its name", "regrow node-ctl remove --force n2");
    regrow("node-ctl", "remove", "--force", "n2");
    regrow("up", "--nodes", 2, "--bind", address, "--data", data);

    assertThat(uids()).first().isEqualTo(before.get(0));
    assertThat(uids()).last().isNotEqualTo(before.get(1));
    assertThat(ofNodes("cluster-id").stream().distinct()).hasSize(1);
    awaitNodes(2);

    regrow("node-ctl", "drain", "n2");
    regrow("node-ctl", "remove", "n2");
    regrow("down");
    assertThat(regrow("up", "--bind", address, "--data", data)).contains("n2 was removed");
    awaitNodes(1);
  }

  private List<String> voters() {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.cluster()).getStore().getServersList().stream()
          .filter(StoreServer::getVoter)
          .map(StoreServer::getNode)
          .sorted()
          .toList();
    }
  }

  private List<TokenRole> tokens() {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.tokens("")).getItemsList().stream().map(Token::getRole).toList();
    }
  }

  private void awaitNodes(int count) {
    List<String> names = IntStream.rangeClosed(1, count).mapToObj(i -> "n" + i).toList();
    Predicate<List<Node>> complete =
        seen ->
            seen.stream().map(Node::getName).toList().equals(names)
                && seen.stream().allMatch(node -> node.getPhase() == NodePhase.NODE_READY);
    Await.until(count + " ready nodes", SOON, () -> nodes(context().address()), complete);
  }

  private List<Node> nodes(String of) {
    var context = context();
    var there = new Context(of, context.token(), "", context.namespace(), List.of());
    try (var client = RegrowClient.of(there)) {
      return client.send(Calls.nodes()).getItemsList();
    }
  }

  private List<Instance> instances() {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.instancesOf("default", "six")).getItemsList();
    }
  }

  private List<String> uids() throws IOException {
    return ofNodes("node-uid");
  }

  private List<String> ofNodes(String part) throws IOException {
    var parts = new ArrayList<String>();
    for (var node : context().nodes()) {
      parts.add(Files.readString(Path.of(node.data(), "identity", part)).strip());
    }
    return parts;
  }

  private Context context() {
    try {
      return ContextFile.at(folder.resolve("context.json")).read().orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String regrow(Object... arguments) {
    return said(0, arguments);
  }

  private String said(int exitCode, Object... arguments) {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    var file = folder.resolve("context.json").toString();
    var answer =
        Shell.ask(command, Map.of("REGROW_CONTEXT", file, "NO_COLOR", "1")).expect(exitCode);
    return answer.out() + answer.err();
  }
}
