package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The images of a node, over HTTP. */
final class ImagesOverHttpTest {

  private static final String PATH = "/v1/nodes/n1/images";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void a_node_tells_what_it_has_and_who_uses_it() {
    gateway.images.has("oci:reg.example/web:1", "shop/web-0");

    var answer = gateway.get(PATH);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"image\":\"oci:reg.example/web:1\"")
        .contains("\"node\":\"n1\"")
        .contains("\"bytes\":4096")
        .contains("\"usedBy\":[\"shop/web-0\"]")
        .contains("\"labels\":{\"team\":\"shop\"}")
        .contains("\"exposedPorts\":[\"80/tcp\"]")
        .contains("\"pulls\":[]");
  }

  @Test
  void a_pull_is_answered_when_it_has_begun_and_listed_while_it_goes_on() {
    var answer = pull("{\"image\":\"oci:reg.example/web:2\"}");

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.body()).contains("\"phase\":\"Pulling\"").contains("\"bytesInAll\":10");
    assertThat(gateway.get(PATH).body()).contains("oci:reg.example/web:2");
  }

  @Test
  void what_is_no_image_of_a_registry_or_layout_is_refused_with_its_field() {
    for (var image : new String[] {"dir:/srv", "oci:reg.example/WEB:2", "web"}) {
      var answer = pull("{\"image\":\"" + image + "\"}");

      assertThat(answer.statusCode()).as(image).isEqualTo(422);
      assertThat(answer.body()).contains("\"field\":\"image\"");
    }
  }

  @Test
  void what_is_used_is_not_removed_and_the_answer_says_by_whom() {
    gateway.images.has("oci:reg.example/web:1", "shop/web-0").has("oci:reg.example/web:0");

    assertThat(remove("oci:reg.example/web:1").statusCode()).isEqualTo(409);
    assertThat(remove("oci:reg.example/web:1").body()).contains("shop/web-0");
    assertThat(remove("oci:reg.example/web:0").statusCode()).isEqualTo(200);
    assertThat(remove("oci:reg.example/web:0").statusCode()).isEqualTo(404);
    assertThat(gateway.send(gateway.request(PATH).DELETE()).statusCode()).isEqualTo(400);
  }

  @Test
  void only_admins_change_what_a_node_has() {
    var reader =
        gateway.anonymous(PATH).header("Authorization", "Bearer " + gateway.token(Role.DEPLOY));

    assertThat(gateway.send(reader.copy().GET()).statusCode()).isEqualTo(200);
    assertThat(gateway.send(reader.copy().DELETE()).statusCode()).isEqualTo(403);
  }

  @Test
  void a_node_that_nobody_knows_has_none() {
    assertThat(gateway.get("/v1/nodes/nobody/images").statusCode()).isEqualTo(404);
  }

  private HttpResponse<String> pull(String body) {
    return gateway.send(
        gateway
            .request(PATH)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> remove(String image) {
    return gateway.send(gateway.request(PATH + "?image=" + image.replace("/", "%2F")).DELETE());
  }
}
