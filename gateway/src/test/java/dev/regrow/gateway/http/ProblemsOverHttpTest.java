package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ProblemsOverHttpTest {

  private static final String WEB = "/v1/namespaces/default/workloads/web";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /v1/nothing,                                   404",
    "GET,    /v1,                                           404",
    "GET,    /v1/nodes/n9,                                  404",
    "GET,    /v1/namespaces/default/workloads/Bad_Name,     404",
    "GET,    /v1/namespaces/default/workloads/..,           404",
    "GET,    /v1/namespaces/default/workloads/web%2Fx,      404",
    "POST,   /v1/nodes,                                     405",
    "PATCH,  /v1/namespaces/default/workloads/web,          405",
    "GET,    /v1/workloads?limit=0,                         400",
    "GET,    /v1/workloads?limit=ten,                       400",
    "GET,    /v1/workloads?watch=maybe,                     400",
    "GET,    /v1/workloads?label=team,                      400",
    "GET,    /v1/workloads?continue=x&limit=1,              400",
    "GET,    /v1/workloads?wacht=true,                      400",
    "GET,    /v1/workloads?watch=true&since=99999,          400",
    "GET,    /v1/workloads?watch=true&since=1,              410",
    "GET,    /v1/workloads?watch=true&since=-1,             400",
    "GET,    /v1/namespaces/default/instances/web-0/logs?tail=x,  400",
    "GET,    /v1/namespaces/default/instances/web-0/logs?since=yesterday, 400",
    "GET,    /v1/namespaces/default/instances/web-0/logs,   404",
  })
  void what_cannot_be_answered_is_a_problem(String method, String path, int status) {
    var answer = gateway.send(gateway.request(path).method(method, BodyPublishers.noBody()));

    assertProblem(answer, status);
    if (status == 405) {
      assertThat(answer.headers().firstValue("Allow")).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/workloads,            text/html,                               406",
    "/v1/workloads,            application/json;q=0,                    406",
    "/v1/workloads,            'text/html, */*;q=0.1',                  200",
    "/v1/workloads,            application/*,                           200",
    "/v1/workloads?watch=true, application/json,                        406",
    "/v1/cluster,              'application/yaml;q=0.5, text/html',     200",
  })
  void formats_follow_Accept(String path, String accept, int status) {
    var answer = gateway.send(gateway.request(path).header("Accept", accept).GET());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  @Test
  void a_body_must_be_readable() {
    assertProblem(gateway.put(WEB, "text/html", TestGateway.manifest("web")), 415);
    assertProblem(
        gateway.put(
            WEB, "application/yaml", TestGateway.manifest("web"), "Content-Encoding", "gzip"),
        415);
    assertProblem(gateway.put(WEB, "application/json", "{"), 400);
    assertProblem(gateway.put(WEB, "application/json", ""), 400);
    assertProblem(gateway.put(WEB, "application/x-protobuf", "\u0007\u0007"), 400);
    assertProblem(
        gateway.send(
            gateway.request(WEB).PUT(BodyPublishers.ofString(TestGateway.manifest("web")))),
        415);
  }

  @Test
  void violations_name_field_line_and_column() {
    var answer =
        gateway.put(
            WEB,
            "application/yaml",
            TestGateway.manifest("web").replace("replicas: 2", "replcas: 2"));

    assertProblem(answer, 422);
    assertThat(answer.body()).contains("\"line\":4", "replicas", "\"field\":\"replcas\"");
  }

  @Test
  void a_body_of_more_than_a_mebibyte_is_413_and_the_connection_lives_on() {
    var large = TestGateway.manifest("web") + "#" + "x".repeat(3 << 20);

    assertProblem(gateway.put(WEB, "application/yaml", large), 413);
    assertThat(gateway.declare("web").statusCode()).isEqualTo(201);
  }

  @Test
  void without_a_token_only_the_probes_answer() {
    assertProblem(gateway.send(gateway.anonymous("/v1/workloads").GET()), 401);
    assertProblem(gateway.send(gateway.anonymous("/v1/nothing").GET()), 401);
    assertProblem(gateway.send(gateway.anonymous("/metrics").GET()), 401);
    var wrong =
        gateway.send(
            gateway.anonymous("/v1/workloads").header("Authorization", "Bearer admin.wrong").GET());
    assertProblem(wrong, 401);
    assertThat(wrong.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Bearer");
    for (var path : new String[] {"/healthz", "/readyz", "/"}) {
      assertThat(gateway.send(gateway.anonymous(path).GET()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_token_for_reading_changes_nothing() {
    var asReader = "Bearer " + gateway.token(Role.READ);

    var read =
        gateway.send(gateway.anonymous("/v1/workloads").header("Authorization", asReader).GET());
    var change = gateway.send(gateway.anonymous(WEB).header("Authorization", asReader).DELETE());

    assertThat(read.statusCode()).isEqualTo(200);
    assertProblem(change, 403);
  }

  @ParameterizedTest
  @EnumSource(Refusal.Kind.class)
  void each_refusal_has_its_status(Refusal.Kind kind) {
    gateway.control.refuse(new Refusal(kind, "because of the test"));

    var answer = gateway.get(WEB);

    int status =
        switch (kind) {
          case BAD_REQUEST -> 400;
          case NOT_FOUND -> 404;
          case CONFLICT -> 409;
          case STALE -> 412;
          case INVALID -> 422;
          case GONE -> 410;
          case UNAVAILABLE, OUTCOME_UNKNOWN -> 503;
          case DISK_FULL -> 507;
          case TOO_LARGE -> 413;
        };
    assertProblem(answer, status);
    assertThat(answer.body()).contains("because of the test");
    if (kind == Refusal.Kind.UNAVAILABLE) {
      assertThat(answer.body()).contains("not-applied\"");
    }
    if (kind == Refusal.Kind.OUTCOME_UNKNOWN) {
      assertThat(answer.body()).contains("outcome-unknown\"");
    }
  }

  @Test
  void not_ready_says_why_and_alive_stays_alive() {
    gateway.control.refuse(new Refusal(Refusal.Kind.UNAVAILABLE, "the store has no majority"));

    var ready = gateway.send(gateway.anonymous("/readyz").GET());

    assertProblem(ready, 503);
    assertThat(ready.body()).contains("the store has no majority");
    assertThat(gateway.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/metrics").body()).contains("regrow_cluster_up 0");
  }

  @Test
  void HEAD_and_OPTIONS_say_what_there_is() {
    gateway.declare("web");

    var head = gateway.send(gateway.request(WEB).method("HEAD", BodyPublishers.noBody()));
    var options = gateway.send(gateway.request(WEB).method("OPTIONS", BodyPublishers.noBody()));

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("ETag")).isPresent();
    assertThat(head.body()).isEmpty();
    assertThat(options.statusCode()).isEqualTo(204);
    assertThat(options.headers().firstValue("Allow")).contains("DELETE, GET, HEAD, OPTIONS, PUT");
  }

  @ParameterizedTest
  @CsvSource({
    "'GET /v1/%zz HTTP/1.1\r\nHost: x\r\n\r\n',                                       400",
    "'GET /v1/workloads?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n',                           400",
    "'GET /\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n',                                       400",
    "'complete nonsense, no HTTP\r\n\r\n"
        + "',                                                              405",
    "'BREW /v1/workloads HTTP/1.1\r\nHost: x\r\n\r\n',                                405",
    "'GET /healthz HTTP/1.1\r\n\r\n',                                                 400",
    "'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n',                 400",
  })
  void what_is_no_request_is_a_problem_too(String request, int status) throws Exception {
    var answer = raw(request);

    assertThat(answer).startsWith("HTTP/1.1 " + status).contains("application/problem+json");
  }

  @Test
  void an_oversized_header_and_a_broken_chunk_are_problems() throws Exception {
    var header =
        raw("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + "y".repeat(20_000) + "\r\n\r\n");
    var uri = raw("GET /" + "y".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    var chunk =
        raw(
            "PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/yaml\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
                .formatted(WEB, gateway.token(Role.ADMIN)));

    assertThat(header).startsWith("HTTP/1.1 431").contains("application/problem+json");
    assertThat(uri).startsWith("HTTP/1.1 414").contains("application/problem+json");
    assertThat(chunk).startsWith("HTTP/1.1 400").contains("application/problem+json");
    assertThat(gateway.control.declared()).isEmpty();
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      var answer = new StringBuilder();
      var buffer = new byte[4096];
      while (!answer.toString().contains("}")) {
        int read = socket.getInputStream().read(buffer);
        if (read < 0) {
          break;
        }
        answer.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
      }
      return answer.toString();
    }
  }

  private static void assertProblem(HttpResponse<String> answer, int status) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body())
        .contains("\"type\":\"urn:regrow:problem:")
        .contains("\"status\":" + status)
        .contains("\"detail\":")
        .contains("\"instance\":\"/");
  }
}
