package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.Context;
import dev.regrow.client.testing.FakeGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  private Context up(int wanted) {
    var terminal =
        new Terminal(
            new PrintWriter(new StringWriter()),
            new PrintWriter(said, true),
            false,
            false,
            false,
            false);
    return new LocalNodes(terminal, nodes.launcher(), new LocalCluster(data), "127.0.0.1", "")
        .up(wanted, LONG);
  }
}
