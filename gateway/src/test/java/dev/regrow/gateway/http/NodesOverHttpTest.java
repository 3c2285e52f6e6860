package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.testing.TestGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NodesOverHttpTest {

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_drain_is_answered_when_it_has_begun_with_its_time_or_ten_minutes() throws Exception {
    var minute = post("n1/drain", "{\"timeout\": \"1m\"}");

    assertThat(minute.statusCode()).isEqualTo(202);
    assertThat(minute.body()).contains("\"Draining\"", "1970-01-01T00:01:00.000Z");
    assertThat(post("n1/drain", "").body()).contains("1970-01-01T00:10:00.000Z");
  }

  @Test
  void a_cordoned_node_says_so_and_one_that_is_not_there_is_404() throws Exception {
    assertThat(post("n1/cordon", "").body()).contains("\"Cordoned\"");
    assertThat(post("n1/uncordon", "").statusCode()).isEqualTo(200);
    assertThat(post("n9/cordon", "").statusCode()).isEqualTo(404);
  }

  @Test
  void a_wrong_time_is_refused_with_its_field() throws Exception {
    var refused = post("n1/drain", "{\"timeout\": \"1ms\"}");

    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("\"field\":\"timeout\"");
  }

  @Test
  void a_promotion_is_answered_when_it_is_said_and_a_demotion_that_costs_the_store_is_409()
      throws Exception {
    assertThat(post("n1/promote", "").statusCode()).isEqualTo(202);
    var refused = post("n1/demote", "");

    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("writing would stop");
  }

  @Test
  void a_node_with_instances_is_removed_by_force_only() throws Exception {
    assertThat(delete("n1").statusCode()).isEqualTo(409);
    assertThat(delete("n1").body()).contains("has 3 instances");
    assertThat(delete("n1?force=true").statusCode()).isEqualTo(200);
    assertThat(delete("n9?force=true").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> delete(String path) throws Exception {
    return gateway.send(gateway.request("/v1/nodes/" + path).DELETE());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return gateway.send(
        gateway
            .request("/v1/nodes/" + path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }
}
