package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.schema.testing.BadBodies;
import dev.regrow.v1.Workload;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HostileBodiesTest {

  private static final String WEB = "/v1/namespaces/default/workloads/web";

  private final long seed = System.nanoTime();
  private final TestGateway gateway = new TestGateway();

  HostileBodiesTest() {
    System.out.println("seed " + seed);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void every_body_of_the_corpus_is_refused_with_4xx_and_changes_nothing() {
    gateway.declare("web");
    var before = gateway.control.declared();
    var corpus = BadBodies.all(seed);
    assertThat(corpus).hasSizeGreaterThanOrEqualTo(200);

    for (var bad : corpus) {
      var answer = put(bad.mediaType(), bad.body());

      assertThat(answer.statusCode())
          .as(bad + ": " + answer.body())
          .isEqualTo(bad.verdict().httpStatus());
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    assertThat(gateway.control.declared()).isEqualTo(before);
  }

  @Test
  void bytes_at_random_and_bits_that_flip_are_never_a_5xx() throws Exception {
    gateway.declare("web");
    var random = new Random(seed);
    var good =
        gateway
            .sendForBytes(gateway.request(WEB).header("Accept", "application/x-protobuf").GET())
            .body();
    assertThat(Workload.parseFrom(good).getName()).isEqualTo("web");

    for (int i = 0; i < 300; i++) {
      var bytes = good.clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      for (var type : List.of("application/x-protobuf", "application/json", "application/yaml")) {
        var answer = put(type, bytes);

        assertThat(answer.statusCode()).as(type + ": " + answer.body()).isLessThan(500);
      }
    }
  }

  private HttpResponse<String> put(String contentType, byte[] body) {
    return gateway.send(
        gateway
            .request(WEB)
            .header("Content-Type", contentType)
            .PUT(BodyPublishers.ofByteArray(body)));
  }
}
