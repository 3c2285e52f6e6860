package dev.regrow.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.client.ApiException;
import dev.regrow.client.Context;
import dev.regrow.client.ExecQuery;
import dev.regrow.client.RegrowClient;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.v1.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker knows little by itself, and is a door to everything all the same. */
@Timeout(60)
final class WorkerOverHttpTest {

  private static final String WEB = "/v1/namespaces/default/workloads/web";
  private static final String IMAGES = "/v1/nodes/n1/images";

  private final TestGateway server = new TestGateway();
  private final List<AutoCloseable> opened = new ArrayList<>(List.of(server));
  private final TestGateway worker = worker(server.node());

  @AfterEach
  void close() throws Exception {
    for (var each : opened) {
      each.close();
    }
  }

  private TestGateway worker(Node... servers) {
    var gateway = TestGateway.ofWorker(server, List.of(servers));
    opened.add(gateway);
    return gateway;
  }

  @Test
  void what_is_declared_at_a_worker_is_declared_at_a_server() {
    var created = worker.declare("web");

    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.headers().firstValue("Location")).hasValue(WEB);
    assertThat(created.headers().firstValue("ETag")).isEqualTo(tag(server.get(WEB)));
    assertThat(worker.control.index()).as("the worker's own").isLessThan(server.control.index());
    assertThat(worker.get(WEB).body()).isEqualTo(server.get(WEB).body());
    assertThat(worker.declare("web").statusCode()).isEqualTo(200);
    assertThat(worker.get("/v1/workloads?label=team%3Dshop").body()).contains("\"web\"");
  }

  @Test
  void conditions_go_with_it_and_the_index_comes_back() {
    worker.declare("web");
    var again =
        worker.put(WEB, "application/yaml", TestGateway.manifest("web"), "If-None-Match", "*");
    var stale =
        worker.put(WEB, "application/yaml", TestGateway.manifest("web"), "If-Match", "\"1\"");

    assertThat(again.statusCode()).isEqualTo(412);
    assertThat(stale.statusCode()).isEqualTo(412);
    assertThat(index(worker.get(WEB))).isEqualTo(index(server.get(WEB)));
  }

  @Test
  void refusals_are_those_of_the_server() {
    var wrong = worker.put(WEB, "application/yaml", "kind: Service\nname: web\nreplics: 2\n");

    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(wrong.body()).contains("did you mean").contains("\"line\":3");
    assertThat(worker.get("/v1/namespaces/default/workloads/none").statusCode()).isEqualTo(404);
    assertThat(worker.get("/v1/workloads?limt=3").statusCode()).isEqualTo(400);
    assertThat(
            worker.send(worker.request(WEB).method("HEAD", BodyPublishers.noBody())).statusCode())
        .isEqualTo(404);
    assertThat(worker.send(worker.anonymous(WEB).GET()).statusCode()).isEqualTo(401);
  }

  @Test
  void a_watch_goes_on_for_as_long_as_the_server_tells() throws Exception {
    worker.declare("web");
    var events =
        worker.open(
            worker.request("/v1/workloads?watch=true").header("Accept", "text/event-stream").GET());
    try (var lines = new BufferedReader(new InputStreamReader(events.body(), UTF_8))) {
      assertThat(event(lines)).isEqualTo("put");
      assertThat(event(lines)).isEqualTo("synced");
      server.declare("db");
      assertThat(event(lines)).isEqualTo("put");
    }
  }

  @Test
  void tokens_and_joins_are_a_servers_matter() {
    var token = worker.issue("{\"role\":\"read\"}");
    var join =
        worker.send(
            worker
                .anonymous("/v1/join?role=worker")
                .header("Authorization", "Bearer " + worker.token(Role.JOIN))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"nodeUid\":\"aaaaaaaaaaaa\"}")));

    assertThat(server.get("/v1/tokens").body()).contains(token.getId());
    assertThat(join.body()).contains("aaaaaaaaaaaa/worker");
  }

  @Test
  void the_images_of_another_node_are_listed_pulled_and_removed_through_a_worker() {
    server.images.has("oci:reg.example/web:1");

    var pulled =
        worker.send(
            worker
                .request(IMAGES)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"image\":\"oci:reg.example/web:2\"}")));
    var listed = worker.get(IMAGES);
    var removed = worker.send(worker.request(IMAGES + "?image=oci:reg.example%2Fweb:1").DELETE());

    assertThat(pulled.statusCode()).isEqualTo(202);
    assertThat(listed.body())
        .contains("\"node\":\"n1\"", "oci:reg.example/web:1", "oci:reg.example/web:2");
    assertThat(removed.statusCode()).isEqualTo(200);
    assertThat(server.get(IMAGES).body()).doesNotContain("oci:reg.example/web:1");
    assertThat(worker.get("/v1/nodes/n7/images").body()).as("its own").doesNotContain("web:2");
  }

  @Test
  void a_cut_of_a_worker_is_from_machines_by_their_addresses() {
    var byName = cut("n5");
    var byAddress = cut("10.0.0.5");

    assertThat(byName.statusCode()).isEqualTo(404);
    assertThat(byName.body()).contains("knows no server called n5", "give the address");
    assertThat(byAddress.statusCode()).isEqualTo(201);
    assertThat(worker.faults.active()).hasSize(1);
  }

  private HttpResponse<String> cut(String from) {
    return worker.send(
        worker
            .request("/v1/nodes/n7/faults")
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"kind\":\"partition\",\"peers\":[\"%s\"],\"duration\":\"20s\"}"
                        .formatted(from))));
  }

  @Test
  void a_server_that_is_not_there_is_passed_over() throws Exception {
    var half = worker(TestGateway.node("n2", unusedPort()), server.node());
    var none = worker(TestGateway.node("n2", unusedPort()));

    assertThat(half.declare("web").statusCode()).isEqualTo(201);
    var refused = none.declare("web");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("not-applied").contains("node n2, http://127.0.0.1:");
  }

  @Test
  void a_server_that_cannot_be_asked_is_passed_over() {
    var elsewhere = Node.newBuilder().setName("n2").setAddress("http://192.0.2.1:8080").build();
    var half = worker(elsewhere, server.node());
    var none = worker(elsewhere);

    assertThat(half.declare("web").statusCode()).isEqualTo(201);
    var refused = none.declare("web");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("not-applied").contains("never sent there in plain HTTP");
  }

  @Test
  void a_change_that_a_server_may_have_heard_of_is_not_sent_to_another() throws Exception {
    var heard = new AtomicInteger();
    var torn = worker(breaksOff(heard), server.node());

    var change = torn.declare("web");
    var read = torn.get("/v1/workloads");

    assertThat(change.statusCode()).isEqualTo(503);
    assertThat(change.body()).contains("outcome-unknown").contains("read it back");
    assertThat(server.get(WEB).statusCode()).isEqualTo(404);
    assertThat(read.statusCode()).as("a read is asked again, of the next").isEqualTo(200);
    assertThat(heard).hasValue(2);
  }

  @Test
  void a_command_that_may_have_begun_is_not_begun_again_by_another() throws Exception {
    var heard = new AtomicInteger();
    var torn = worker(breaksOff(heard), server.node());
    var address = "http://127.0.0.1:" + torn.address().getPort();
    var context = new Context(address, torn.token(Role.DEPLOY), "", "default", List.of());
    var command = new ExecQuery("default", "web-0", List.of("date"), false).target();

    try (var client = RegrowClient.of(context)) {
      assertThatThrownBy(() -> client.exec(command))
          .isInstanceOfSatisfying(
              ApiException.Unavailable.class,
              refused -> assertThat(refused.applied()).isEqualTo(ApiException.Applied.UNKNOWN));
    }
    assertThat(heard).hasValue(1);
  }

  private static int unusedPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A server that dies each time it has heard the beginning of a request. */
  private Node breaksOff(AtomicInteger heard) throws IOException {
    var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    opened.add(socket);
    var thread =
        new Thread(
            () -> {
              while (!socket.isClosed()) {
                try (var connection = socket.accept()) {
                  if (connection.getInputStream().read() >= 0) {
                    heard.incrementAndGet();
                  }
                } catch (IOException closed) {
                  return;
                }
              }
            });
    thread.setDaemon(true);
    thread.start();
    return TestGateway.node("n2", socket.getLocalPort());
  }

  private static String event(BufferedReader lines) {
    try {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event: ")) {
          return line.substring("event: ".length());
        }
      }
      return "the end";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("ETag");
  }

  private static long index(HttpResponse<String> answer) {
    return answer.headers().firstValueAsLong("X-Regrow-Index").orElse(-1);
  }
}
