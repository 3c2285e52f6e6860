package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.testing.TestGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConfigsOverHttpTest {

  private static final String ONE = "/v1/namespaces/default/configs/web";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_config_is_created_read_changed_and_deleted() {
    var created = put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"MODE\":\"dark\"}}");
    var changed = put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"MODE\":\"light\"}}");
    var read = gateway.get(ONE);

    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.headers().firstValue("Location")).contains(ONE);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(etag(changed)).isNotEqualTo(etag(created));
    assertThat(read.body()).isEqualTo(changed.body()).contains("\"MODE\":\"light\"");
    assertThat(gateway.get("/v1/configs").body()).contains("\"name\":\"web\"");
    assertThat(delete().statusCode()).isEqualTo(202);
    assertThat(gateway.get(ONE).statusCode()).isEqualTo(404);
    assertThat(delete().statusCode()).isEqualTo(404);
  }

  @Test
  void equal_content_changes_nothing_even_as_it_was_printed() {
    var created = put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"MODE\":\"dark\"}}");

    var again = put(created.body());

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(created.body());
    assertThat(etag(again)).isEqualTo(etag(created));
  }

  @Test
  void bytes_that_are_no_text_come_back_as_they_were() {
    var put =
        put(
            "{\"kind\":\"Config\",\"name\":\"web\",\"binaryData\":{\"logo.png\":\"iVBORwAB/w==\"}}");

    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(gateway.get(ONE).body()).contains("\"binaryData\":{\"logo.png\":\"iVBORwAB/w==\"}");
  }

  @Test
  void a_dry_run_says_what_would_change_and_changes_nothing() {
    put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"MODE\":\"dark\"}}");
    var body = "{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"MODE\":\"light\"}}";

    var plan =
        gateway.send(
            gateway
                .request(ONE + "?dryRun=true")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));

    assertThat(plan.statusCode()).isEqualTo(200);
    assertThat(plan.body()).contains("\"action\":\"update\"", "data.MODE", "\"users\":[]");
    assertThat(gateway.get(ONE).body()).contains("\"MODE\":\"dark\"");
  }

  @Test
  void a_change_is_made_only_under_its_precondition() {
    var created = put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{}}");
    var body = "{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"a\":\"b\"}}";

    assertThat(put(body, "If-None-Match", "*").statusCode()).isEqualTo(412);
    assertThat(put(body, "If-Match", "\"999\"").statusCode()).isEqualTo(412);
    assertThat(put(body, "If-Match", etag(created)).statusCode()).isEqualTo(200);
    assertThat(put(body, "If-Match", etag(created)).statusCode()).isEqualTo(412);
    assertThat(put(body, "If-Match", "*").statusCode()).isEqualTo(200);
  }

  @Test
  void what_is_no_config_is_refused() {
    assertThat(put("{\"kind\":\"Config\",\"name\":\"other\"}").statusCode()).isEqualTo(422);
    assertThat(put("{\"kind\":\"Service\",\"name\":\"web\"}").statusCode()).isEqualTo(422);
    assertThat(put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"../a\":\"b\"}}").statusCode())
        .isEqualTo(422);
    assertThat(
            put("{\"kind\":\"Config\",\"name\":\"web\",\"data\":{\"a\":\"b\"},"
                    + "\"binaryData\":{\"a\":\"eA==\"}}")
                .body())
        .contains("is in data, too");
    assertThat(put("{\"kind\":\"Config\"").statusCode()).isEqualTo(400);
  }

  @Test
  void lists_go_by_namespace_label_and_page() {
    for (var name : new String[] {"a", "b", "c"}) {
      var labels = name.equals("b") ? "{\"team\":\"x\"}" : "{}";
      var body = "{\"kind\":\"Config\",\"name\":\"%s\",\"labels\":%s}".formatted(name, labels);
      gateway.send(
          gateway
              .request("/v1/namespaces/shop/configs/" + name)
              .header("Content-Type", "application/json")
              .PUT(BodyPublishers.ofString(body)));
    }

    assertThat(gateway.get("/v1/namespaces/default/configs").body()).contains("\"items\":[]");
    assertThat(gateway.get("/v1/configs?label=team%3Dx").body())
        .contains("\"b\"")
        .doesNotContain("\"a\"");
    var first = gateway.get("/v1/namespaces/shop/configs?limit=2").body();
    var token = first.replaceAll("(?s).*\"continue\":\"([^\"]+)\".*", "$1");
    assertThat(first).contains("\"a\"", "\"b\"").doesNotContain("\"name\":\"c\"");
    assertThat(gateway.get("/v1/namespaces/shop/configs?limit=2&continue=" + token).body())
        .contains("\"name\":\"c\"", "\"continue\":\"\"");
  }

  private static String etag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag").orElse("none");
  }

  private HttpResponse<String> put(String body, String... headers) {
    var request = gateway.request(ONE).header("Content-Type", "application/json");
    return gateway.send(
        (headers.length > 0 ? request.headers(headers) : request)
            .PUT(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> delete() {
    return gateway.send(gateway.request(ONE).DELETE());
  }
}
