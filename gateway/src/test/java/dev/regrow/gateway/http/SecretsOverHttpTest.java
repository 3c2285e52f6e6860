package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.testing.TestGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SecretsOverHttpTest {

  private static final String ONE = "/v1/namespaces/default/secrets/db";
  private static final String VALUE = "s3cr3t-Wort";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void no_answer_ever_holds_a_value() {
    var created = put(secret("\"password\":\"" + VALUE + "\"", ""));
    var changed = put(secret("\"password\":\"" + VALUE + "2\"", ""));
    var planned = put("?dryRun=true", secret("\"password\":\"" + VALUE + "3\"", ""));
    var refused = put(secret("\"pass word\":\"" + VALUE + "\"", ""));
    var malformed = put("{\"kind\":\"Secret\",\"name\":\"db\",\"data\":{\"a\":" + VALUE);

    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(malformed.statusCode()).isEqualTo(400);
    for (var answer :
        List.of(
            created,
            changed,
            planned,
            refused,
            malformed,
            gateway.get(ONE),
            gateway.get("/v1/secrets"),
            gateway.get("/v1/namespaces/default/secrets"))) {
      assertThat(answer.body()).doesNotContain(VALUE);
    }
    assertThat(gateway.get(ONE).body()).contains("\"hashes\":{\"password\":\"", "\"data\":{}");
    assertThat(planned.body()).contains("\"action\":\"update\"", "hashes.password");
  }

  @Test
  void equal_values_change_nothing_and_other_ones_have_other_hashes() {
    var created = put(secret("\"password\":\"a\",\"user\":\"a\"", ""));
    var again = put(secret("\"password\":\"a\",\"user\":\"a\"", ""));
    var changed = put(secret("\"password\":\"b\",\"user\":\"a\"", ""));

    assertThat(again.body()).isEqualTo(created.body());
    assertThat(hash(created, "password")).isNotEqualTo(hash(created, "user"));
    assertThat(hash(changed, "password")).isNotEqualTo(hash(created, "password"));
    assertThat(hash(changed, "user")).isEqualTo(hash(created, "user"));
  }

  @Test
  void what_was_printed_can_be_applied_again_and_keeps_the_values() {
    var created = put(secret("\"password\":\"a\",\"user\":\"root\"", ""));

    var printed = put(created.body());
    var one = put(secret("\"user\":\"web\"", "\"password\":\"" + hash(created, "password") + "\""));
    var full = put(secret("\"password\":\"a\",\"user\":\"web\"", ""));

    assertThat(printed.body()).isEqualTo(created.body());
    assertThat(hash(one, "password")).isEqualTo(hash(created, "password"));
    assertThat(full.body()).isEqualTo(one.body());
  }

  @Test
  void a_hash_that_no_value_has_keeps_nothing() {
    put(secret("\"password\":\"a\"", ""));

    assertThat(put(secret("", "\"password\":\"0123\"")).statusCode()).isEqualTo(409);
    assertThat(put(secret("", "\"other\":\"0123\"")).statusCode()).isEqualTo(409);
  }

  @Test
  void a_secret_is_deleted() {
    put(secret("\"password\":\"a\"", ""));

    var deleted = gateway.send(gateway.request(ONE).DELETE());

    assertThat(deleted.statusCode()).isEqualTo(202);
    assertThat(gateway.get(ONE).statusCode()).isEqualTo(404);
  }

  private static String hash(HttpResponse<String> answer, String key) {
    var hashes = answer.body().replaceAll("(?s).*\"hashes\":\\{([^}]*)\\}.*", "$1");
    return hashes.replaceAll("(?s).*\"" + key + "\":\"([0-9a-f]+)\".*", "$1");
  }

  private static String secret(String data, String hashes) {
    return "{\"kind\":\"Secret\",\"name\":\"db\",\"data\":{%s},\"hashes\":{%s}}"
        .formatted(data, hashes);
  }

  private HttpResponse<String> put(String body) {
    return put("", body);
  }

  private HttpResponse<String> put(String query, String body) {
    return gateway.send(
        gateway
            .request(ONE + query)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }
}
