package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.testing.FakeCommand;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.v1.AttemptList;
import dev.regrow.v1.InstanceUsage;
import dev.regrow.v1.NodeUsage;
import dev.regrow.v1.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class UsageOverHttpTest {

  private final TestGateway gateway = new TestGateway();

  @BeforeEach
  void run() {
    gateway.logs.runs(new FakeCommand(new InstanceKey("shop", "web", "web-0-a")));
    gateway.logs.runs(new FakeCommand(new InstanceKey("other", "db", "db-0-b")));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static NodeUsage usage(String json) {
    return Schema.parse(
            NodeUsage.getDefaultInstance(), json.getBytes(StandardCharsets.UTF_8), Syntax.JSON)
        .orThrow();
  }

  @Test
  void a_node_tells_what_is_used_of_it_and_by_what() {
    var answer = gateway.get("/v1/nodes/n1/usage");

    assertThat(answer.body()).contains("\"memoryTotal\":\"4Gi\"", "\"cpu\":1.5");
    var usage = usage(answer.body());
    assertThat(usage.getProcessors()).isEqualTo(2);
    assertThat(usage.getInstancesList())
        .extracting(InstanceUsage::getId)
        .containsExactly("db-0-b", "web-0-a");
    assertThat(usage.getInstances(1).getOomKills()).isEqualTo(1);
  }

  @Test
  void a_token_of_a_namespace_sees_what_is_in_it() {
    var token = gateway.issue("{\"role\":\"read\",\"namespaces\":[\"shop\"]}");

    var usage = usage(gateway.send(gateway.as(token, "/v1/nodes/n1/usage").GET()).body());

    assertThat(usage.getInstancesList())
        .extracting(InstanceUsage::getId)
        .containsExactly("web-0-a");
  }

  @Test
  void a_node_that_is_not_there_is_not_found() {
    assertThat(gateway.get("/v1/nodes/n9/usage").statusCode()).isEqualTo(404);
  }

  @Test
  void attempts_are_told_with_how_they_ended() {
    var answer = gateway.get("/v1/namespaces/default/instances/local-0/attempts");
    var attempts =
        Schema.parse(
                AttemptList.getDefaultInstance(),
                answer.body().getBytes(StandardCharsets.UTF_8),
                Syntax.JSON)
            .orThrow();

    assertThat(attempts.getItemsCount()).isEqualTo(2);
    assertThat(attempts.getItems(0).getEnd().getReason()).isEqualTo(Reason.OOM_KILLED);
    assertThat(attempts.getItems(0).getEnd().getSignal()).isEqualTo("KILL");
    assertThat(attempts.getItems(1).hasEnd()).isFalse();
    assertThat(
            gateway
                .get("/v1/namespaces/default/instances/local-0/logs?attempt=3&previous=true")
                .statusCode())
        .isEqualTo(400);
    gateway.get("/v1/namespaces/default/instances/local-0/logs?attempt=3");
    assertThat(gateway.logs.queries().get(0).attempt()).isEqualTo(3);
  }
}
