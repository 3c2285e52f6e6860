package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.client.testing.FakeGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What people read while a node starts. */
@Timeout(60)
class NodeStartTest {

  private final FakeGateway gateway = new FakeGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void a_node_that_is_not_ready_says_why_in_a_sentence() {
    gateway.refuses(
        "GET /readyz", 503, "urn:regrow:problem:not-applied", "node n1 is entering the cluster");

    assertThat(NodeStart.readiness(gateway.context())).isEqualTo("node n1 is entering the cluster");
  }

  @Test
  void a_node_that_is_ready_has_nothing_to_say() {
    gateway.answersText("GET /readyz", "{\"status\":\"ready\"}");

    assertThat(NodeStart.readiness(gateway.context())).isEmpty();
  }

  @Test
  void a_node_that_does_not_answer_is_not_listening_yet() {
    gateway.close();

    assertThat(NodeStart.readiness(gateway.context())).isEqualTo("not listening yet");
  }
}
