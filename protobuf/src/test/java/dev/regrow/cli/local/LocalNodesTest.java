package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.usage.Words;
import dev.regrow.client.Context;
import dev.regrow.client.testing.FakeGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What up starts, and how, by what is there; the nodes are no nodes. */
@Timeout(60)
class LocalNodesTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final StringWriter said = new StringWriter();
  private final Path data;
  private final FakeNodes nodes;
  private final StartOptions options = new StartOptions();

  LocalNodesTest(@TempDir Path folder) throws IOException {
    data = folder.resolve("data");
    nodes = new FakeNodes(folder, data);
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void the_token_that_lets_nodes_in_is_revoked_once_they_are_in_and_its_file_is_gone() {
    up(2);

    assertThat(nodes.gateway.lines()).containsOnlyOnce("POST /v1/tokens", "DELETE /v1/tokens/j1");
    assertThat(data.resolve("join-token")).doesNotExist();
    assertThat(said.toString()).doesNotContain("revoked");
  }

  @Test
  void a_token_that_is_gone_already_is_as_good_as_revoked() {
    nodes.gateway.refuses("DELETE /v1/tokens/j1", 404, "urn:regrow:problem:not-found", "none");

    up(2);

    assertThat(said.toString()).doesNotContain("revoked");
  }

  @Test
  void a_token_that_cannot_be_revoked_is_named_with_its_end_and_the_file_is_gone_all_the_same() {
    nodes.gateway.refuses("DELETE /v1/tokens/j1", 500, "urn:regrow:problem:bug", "a bug");

    up(2);

    assertThat(said.toString())
        .contains("the token j1, which lets nodes in, is not revoked and ends within 10 minutes");
    assertThat(data.resolve("join-token")).doesNotExist();
  }

  @Test
  void while_another_node_may_still_join_the_token_of_one_that_failed_is_good() throws IOException {
    nodes.before("n2", "echo the port is taken; exit 1");
    var joined = new AtomicBoolean();
    nodes.gateway.answersWith(
        "DELETE /v1/tokens/j1",
        exchange -> {
          joined.set(Files.exists(data.resolve("n3/identity/node-uid")));
          FakeGateway.send(exchange, 200, "application/x-protobuf", new byte[0]);
        });

    try (var slow = new FakeGateway()) {
      var asked = data.resolve("asked");
      slow.answersWith(
          "GET /readyz",
          exchange -> {
            Files.writeString(asked, "");
            FakeGateway.send(exchange, 503, "text/plain", new byte[0]);
          });
      nodes.before(
          "n3",
          """
          echo '{"address": "%s"}' > $data/next.json && mv $data/next.json $data/context.json
          until [ -e %s -o ! -e $data ]; do :; done
          """
              .formatted(slow.address(), asked));

      assertThatThrownBy(() -> up(3))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("node n2 ended with exit code 1")
          .hasMessageContaining("the port is taken")
          .hasMessageNotContaining("n3");
    }
    assertThat(joined).as("n3 was in before the token went").isTrue();
  }

  @Test
  void a_node_whose_join_failed_joins_at_the_next_up_and_founds_nothing() throws IOException {
    nodes.before("n2", "exit 1");
    assertThatThrownBy(() -> up(2)).isInstanceOf(Failure.class);
    nodes.asUsual("n2");
    nodes.kill();

    up(1);

    assertThat(nodes.started())
        .hasSize(2)
        .first(STRING)
        .startsWith("node --name n1")
        .doesNotContain("--join");
    assertThat(nodes.started()).last(STRING).startsWith("node --name n2").contains("--join");
    assertThat(clusters()).containsOnly("founded-by-n1");
  }

  @Test
  void a_node_whose_directory_is_gone_joins_anew_beside_the_others() throws IOException {
    up(3);
    nodes.kill();
    delete("n2");

    up(3);

    assertThat(nodes.started())
        .satisfiesExactlyInAnyOrder(
            n1 -> assertThat(n1).contains("--bind 127.0.0.1").doesNotContain("--join"),
            n3 -> assertThat(n3).contains("--bind 127.0.0.3").doesNotContain("--join"),
            n2 -> assertThat(n2).contains("--bind 127.0.0.2", "--join", "--role server"));
    assertThat(clusters()).containsOnly("founded-by-n1");
  }

  @Test
  void n1_that_lost_its_directory_joins_with_the_token_that_the_context_file_has()
      throws IOException {
    var before = up(3);
    nodes.kill();
    delete("n1");

    var after = up(3, Optional.of(before));

    assertThat(after.token()).isEqualTo("secret");
    assertThat(after.nodes()).extracting(Context.LocalNode::name).containsExactly("n1", "n2", "n3");
    assertThat(nodes.started()).last(STRING).contains("--name n1", "--join", "--role server");
    assertThat(clusters()).containsOnly("founded-by-n1");
  }

  @Test
  void without_the_admins_token_nobody_joins_and_it_is_said_what_is_missing() throws IOException {
    up(3);
    nodes.kill();
    delete("n1");

    assertThatThrownBy(() -> up(3))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("the admin's token")
        .hasMessageContaining("REGROW_CONTEXT=FILE");
    assertThat(nodes.started()).hasSize(2).noneMatch(line -> line.contains("--name n1"));
  }

  @Test
  void nothing_is_started_where_the_only_server_is_lost() throws IOException {
    up(2);
    nodes.kill();
    delete("n1");

    assertThatThrownBy(() -> up(2))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("none of the others here (n2) keeps the store");
    assertThat(nodes.started()).isEmpty();
  }

  @Test
  void a_node_that_was_removed_stays_out_and_another_takes_its_place() throws IOException {
    up(3);
    nodes.kill();
    Files.writeString(data.resolve("n3/removed"), "node n3 was removed\n");

    up(3);

    assertThat(nodes.started()).noneMatch(line -> line.contains("--name n3"));
    assertThat(nodes.started()).last(STRING).contains("--name n4", "--join");
    assertThat(said.toString())
        .contains("node n3 was removed from the cluster for good and stays out");
  }

  @Test
  void a_node_that_hears_only_now_that_it_was_removed_keeps_nobody_from_starting()
      throws IOException {
    up(2);
    nodes.kill();
    nodes.before("n2", "echo 'node n2 was removed' > $data/removed; exit 1");

    var context = up(1);

    assertThat(context.nodes()).extracting(Context.LocalNode::name).containsExactly("n1");
    assertThat(said.toString())
        .contains("node n2 was removed from the cluster for good and stays out");
  }

  @Test
  void an_identity_of_a_cluster_that_never_was_is_given_up_for_that_of_this_one()
      throws IOException {
    var identity = Files.createDirectories(data.resolve("n2/identity"));
    Files.writeString(identity.resolve("node-uid"), "0123456789ab\n");
    Files.writeString(identity.resolve("cluster-id"), "another\n");
    Files.writeString(identity.resolve("founding"), "the store was not made yet\n");

    up(2);

    assertThat(identity.resolve("founding")).doesNotExist();
    assertThat(clusters()).containsOnly("founded-by-n1");
  }

  @Test
  void a_node_that_was_let_in_and_died_before_it_was_up_is_told_again_that_it_joins()
      throws IOException {
    up(3);
    nodes.kill();
    Files.delete(data.resolve("n3/context.json"));

    up(1);

    assertThat(nodes.started()).last(STRING).contains("--name n3", "--join", "--role server");
  }

  @Test
  void a_node_that_comes_in_while_others_start_is_brought_up_as_what_it_is_then()
      throws IOException {
    up(2);
    nodes.kill();
    Files.move(data.resolve("n2/identity"), data.resolve("n2/later"));
    nodes.before("n1", "mv $data/../n2/later $data/../n2/identity");

    var context = up(1);

    assertThat(context.nodes()).extracting(Context.LocalNode::name).containsExactly("n1", "n2");
    assertThat(nodes.started()).last(STRING).contains("--name n2").doesNotContain("--join");
  }

  @Test
  void options_count_for_nodes_that_are_started_and_who_runs_already_is_said_to_stay_as_it_is()
      throws Exception {
    up(1);
    Words.read(Usage.of("up", "Starts.").with(options::in), List.of("--host-paths", "/srv"));

    up(2);

    assertThat(nodes.started()).first(STRING).doesNotContain("--host-paths");
    assertThat(nodes.started()).last(STRING).contains("--name n2", "--host-paths /srv");
    assertThat(said.toString())
        .contains(
            "node n1 is running already with the options of its start; to give it others: kill");
  }

  private List<String> clusters() throws IOException {
    var clusters = new ArrayList<String>();
    for (var name : new LocalCluster(data).nodes()) {
      clusters.add(Files.readString(data.resolve(name).resolve("identity/cluster-id")).strip());
    }
    return clusters;
  }

  private void delete(String name) throws IOException {
    try (var files = Files.walk(data.resolve(name))) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Context up(int wanted) {
    return up(wanted, Optional.empty());
  }

  private Context up(int wanted, Optional<Context> earlier) {
    var terminal =
        new Terminal(
            new PrintWriter(new StringWriter()),
            new PrintWriter(said, true),
            false,
            false,
            false,
            false);
    return new LocalNodes(terminal, nodes.launcher(), new LocalCluster(data), "127.0.0.1", options)
        .up(wanted, earlier, LONG);
  }
}
