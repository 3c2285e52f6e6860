package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.testing.TestGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NamespacesOverHttpTest {

  private static final String SHOP = "/v1/namespaces/shop";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_namespace_is_created_read_changed_and_deleted() {
    var created = put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"shop\",\"allow\":[\"root\"]}");
    var changed = put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"shop\",\"allow\":[\"hostPath\"]}");

    assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    assertThat(created.headers().firstValue("Location")).contains(SHOP);
    assertThat(changed.statusCode()).isEqualTo(200);
    assertThat(gateway.get(SHOP).body())
        .isEqualTo(changed.body())
        .contains("\"allow\":[\"hostPath\"]");
    assertThat(put(SHOP, changed.body()).body()).isEqualTo(changed.body());
    assertThat(gateway.get("/v1/namespaces").body()).contains("\"shop\"", "\"default\"");
    assertThat(delete(SHOP).statusCode()).isEqualTo(202);
    assertThat(gateway.get(SHOP).statusCode()).isEqualTo(404);
    assertThat(delete(SHOP).statusCode()).isEqualTo(404);
  }

  @Test
  void default_is_there_without_being_declared_and_cannot_be_deleted() {
    var found = gateway.get("/v1/namespaces/default");

    assertThat(found.statusCode()).isEqualTo(200);
    assertThat(found.body()).contains("\"allow\":[\"hostFilesystem\",\"hostNetwork\",\"root\"]");
    assertThat(delete("/v1/namespaces/default").statusCode()).isEqualTo(409);
    var body = "{\"kind\":\"Namespace\",\"name\":\"default\",\"allow\":[]}";
    var tag = found.headers().firstValue("ETag").orElseThrow();
    assertThat(put("/v1/namespaces/default", body, "If-None-Match", "*").statusCode())
        .isEqualTo(412);
    assertThat(put("/v1/namespaces/default", body, "If-Match", tag).statusCode()).isEqualTo(200);
    assertThat(put("/v1/namespaces/default", body, "If-Match", tag).statusCode()).isEqualTo(412);
    assertThat(gateway.get("/v1/namespaces/default").body()).contains("\"allow\":[]");
  }

  @Test
  void what_holds_something_is_not_deleted() {
    put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"shop\"}");
    put(SHOP + "/configs/web", "{\"kind\":\"Config\",\"name\":\"web\"}");

    var refused = delete(SHOP);

    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("namespace shop holds config web");
  }

  @Test
  void what_is_no_namespace_is_refused() {
    assertThat(put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"other\"}").statusCode())
        .isEqualTo(422);
    assertThat(put(SHOP, "{\"kind\":\"Service\",\"name\":\"shop\"}").statusCode()).isEqualTo(422);
    var unknown = put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"shop\",\"allow\":[\"hostpath\"]}");
    assertThat(unknown.statusCode()).isEqualTo(422);
    assertThat(unknown.body()).contains("allow[0]", "did you mean hostPath?");
    assertThat(
            put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"shop\",\"allow\":[\"root\",\"root\"]}")
                .body())
        .contains("stands there twice");
    assertThat(
            put(SHOP, "{\"kind\":\"Namespace\",\"name\":\"shop\",\"quota\":{\"cpu\":\"4\"}}")
                .body())
        .contains("quota", "is not supported by this release");
  }

  @Test
  void who_is_let_into_a_namespace_reads_it_and_does_not_say_what_it_allows() {
    var body = "{\"kind\":\"Namespace\",\"name\":\"shop\",\"allow\":[\"root\"]}";
    put(SHOP, body);
    var deployer = gateway.issue("{\"role\":\"deploy\",\"namespaces\":[\"shop\"]}");

    assertThat(gateway.send(gateway.as(deployer, SHOP).GET()).statusCode()).isEqualTo(200);
    assertThat(gateway.send(gateway.as(deployer, "/v1/namespaces/default").GET()).statusCode())
        .isEqualTo(403);
    assertThat(gateway.send(gateway.as(deployer, "/v1/namespaces").GET()).statusCode())
        .isEqualTo(403);
    assertThat(gateway.send(gateway.as(deployer, SHOP).DELETE()).statusCode()).isEqualTo(403);
    var widened =
        gateway.send(
            gateway
                .as(deployer, SHOP)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(body)));
    assertThat(widened.statusCode()).isEqualTo(403);
  }

  private HttpResponse<String> put(String path, String body, String... headers) {
    return gateway.put(path, "application/json", body, headers);
  }

  private HttpResponse<String> delete(String path) {
    return gateway.send(gateway.request(path).DELETE());
  }
}
