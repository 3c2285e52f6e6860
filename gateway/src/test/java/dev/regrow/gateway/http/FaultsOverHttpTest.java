package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.fault.FaultRefused;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class FaultsOverHttpTest {

  private static final String PATH = "/v1/nodes/n1/faults";
  private static final String CUT =
      "{\"kind\":\"partition\",\"peers\":[\"10.0.0.7\"],\"duration\":\"20s\"}";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void a_fault_is_begun_listed_and_ended() {
    var begun = begin(CUT);

    assertThat(begun.statusCode()).isEqualTo(201);
    assertThat(begun.body())
        .contains("\"id\":\"partition-1\"", "\"node\":\"n1\"", "\"affects\":[\"it hurts\"]")
        .contains("\"until\":\"2026-01-01T00:00:20.000Z\"");
    assertThat(gateway.get(PATH).body())
        .contains("partition-1", "\"allowed\":[\"instance-pause\",\"partition\"]");
    assertThat(end("/partition-1").statusCode()).isEqualTo(200);
    assertThat(end("/partition-1").statusCode()).isEqualTo(404);
    assertThat(gateway.get(PATH).body()).contains("\"items\":[]");
  }

  @Test
  void all_are_ended_at_once() {
    begin(CUT);
    begin(CUT);

    var ended = end("");

    assertThat(ended.body()).contains("partition-1", "partition-2");
    assertThat(gateway.faults.active()).isEmpty();
  }

  @Test
  void a_rehearsal_says_what_would_happen_and_does_nothing() {
    var told = begin(CUT.replace("}", ",\"dryRun\":true}"));

    assertThat(told.statusCode()).isEqualTo(200);
    assertThat(told.body()).contains("it would hurt", "\"id\":\"\"");
    assertThat(gateway.faults.active()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"NOT_ALLOWED,403", "INVALID,422", "NOT_FOUND,404", "CONFLICT,409"})
  void a_refusal_says_why(FaultRefused.Kind kind, int status) {
    gateway.faults.refuse(new FaultRefused(kind, "because"));

    assertThat(begin(CUT).statusCode()).isEqualTo(status);
    assertThat(begin(CUT).body()).contains("because");
  }

  @Test
  void what_the_machine_does_not_let_happen_was_not_done() {
    gateway.faults.refuse(new RuntimeFailure("nft is missing", true));

    assertThat(begin(CUT).statusCode()).isEqualTo(503);
    assertThat(begin(CUT).body()).contains("nft is missing", "not-applied");
  }

  @Test
  void what_is_wrong_in_what_is_asked_for_is_told_with_its_field() {
    assertThat(begin("{\"kind\":\"earthquake\"}").body()).contains("\"field\":\"kind\"");
    assertThat(begin("{\"kind\":\"partition\",\"duration\":\"2h\"}").body())
        .contains("\"field\":\"duration\"");
    assertThat(begin("{\"kind\":\"instance-kill\",\"instance\":\"web-9\"}").statusCode())
        .isEqualTo(404);
    assertThat(begin("{}").statusCode()).isEqualTo(422);
  }

  @Test
  void a_peer_is_a_node_that_there_is_or_an_address() {
    assertThat(begin("{\"kind\":\"partition\",\"peers\":[\"n9\"]}").statusCode()).isEqualTo(404);
    assertThat(begin("{\"kind\":\"partition\",\"peers\":[\"n1\"]}").statusCode()).isEqualTo(201);
  }

  @Test
  void a_peer_without_a_gateway_is_named_by_the_address_of_its_machine() {
    var refused = begin("{\"kind\":\"partition\",\"peers\":[\"w1\"]}");

    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body()).contains("node w1 has no gateway", "give the address");
  }

  @Test
  void a_witness_has_no_faults() {
    var refused = gateway.get("/v1/nodes/w1/faults");

    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.body()).contains("node w1 is a witness");
  }

  @Test
  void only_admins_put_faults_into_a_node() {
    var deployer =
        gateway.anonymous(PATH).header("Authorization", "Bearer " + gateway.token(Role.DEPLOY));

    assertThat(gateway.send(deployer.copy().GET()).statusCode()).isEqualTo(200);
    assertThat(gateway.send(deployer.copy().DELETE()).statusCode()).isEqualTo(403);
    assertThat(
            gateway
                .send(
                    deployer
                        .copy()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(CUT)))
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void a_node_that_is_not_there_is_not_found() {
    assertThat(gateway.get("/v1/nodes/n9/faults").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> begin(String body) {
    return gateway.send(
        gateway
            .request(PATH)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> end(String id) {
    return gateway.send(gateway.request(PATH + id).DELETE());
  }
}
