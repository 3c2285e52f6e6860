package dev.regrow.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import dev.regrow.client.ApiException.Applied;
import dev.regrow.client.testing.FakeGateway;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.Kind;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class RegrowClientTest {
  private static final String WEB = "/v1/namespaces/default/workloads/web";

  private final FakeGateway gateway = new FakeGateway();
  private final FakeGateway other = new FakeGateway();

  @AfterEach
  void close() {
    gateway.close();
    other.close();
  }

  private static Workload web() {
    return Workload.newBuilder()
        .setKind(Kind.SERVICE)
        .setNamespace("default")
        .setName("web")
        .setIndex(17)
        .build();
  }

  @Test
  void an_object_is_read_with_the_token_and_as_protobuf() {
    gateway.answers("GET " + WEB, web());

    var read = RegrowClient.of(gateway.context()).send(Calls.workload("default", "web"));

    assertThat(read).isEqualTo(web());
    var asked = gateway.asked().get(0);
    assertThat(asked.header("Authorization")).isEqualTo("Bearer secret");
    assertThat(asked.header("Accept")).isEqualTo("application/x-protobuf");
  }

  @Test
  void a_read_after_an_answer_asks_for_at_least_its_index() {
    gateway.answers("GET " + WEB, web());
    var client = RegrowClient.of(gateway.context());

    client.send(Calls.workload("default", "web"));
    client.send(Calls.workload("default", "web"));

    assertThat(gateway.asked().get(0).header("X-regrow-index")).isEmpty();
    assertThat(gateway.asked().get(1).header("X-regrow-index")).isEqualTo("42");
  }

  @Test
  void an_apply_sends_the_manifest_and_its_condition() throws Exception {
    gateway.answers("PUT " + WEB, 201, web());

    var reply = RegrowClient.of(gateway.context()).exchange(Calls.apply(web()).ifMatch("\"16\""));

    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.index()).isEqualTo(42);
    var asked = gateway.asked().get(0);
    assertThat(asked.header("If-match")).isEqualTo("\"16\"");
    assertThat(Workload.parseFrom(asked.body())).isEqualTo(web());
  }

  @ParameterizedTest
  @CsvSource({
    "400,Invalid", "401,Denied", "403,Denied", "404,NotFound", "409,Conflict", "410,Gone",
    "412,Stale", "413,Invalid", "415,Invalid", "422,Invalid", "429,TooMany", "503,Unavailable",
    "507,DiskFull", "500,Unexpected", "418,Unexpected"
  })
  void each_status_is_a_kind_of_failure(int status, String kind) {
    gateway.refuses("GET " + WEB, status, "about:blank", "because");

    assertThatThrownBy(
            () -> RegrowClient.of(gateway.context()).send(Calls.workload("default", "web")))
        .isInstanceOf(ApiException.class)
        .hasMessage("because")
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(kind));
  }

  @Test
  void what_is_invalid_is_named_by_field_line_and_column() {
    gateway.refuses("PUT " + WEB, 422, "about:blank", "not valid");

    var invalid =
        catchThrowableOfType(
            ApiException.Invalid.class,
            () -> RegrowClient.of(gateway.context()).send(Calls.apply(web())));

    var error = invalid.errors().get(0);
    assertThat(error.getField()).isEqualTo("instance.network");
    assertThat(error.getLine()).isEqualTo(3);
    assertThat(error.getColumn()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({"https://regrow.dev/not-applied,NO", "https://regrow.dev/outcome-unknown,UNKNOWN"})
  void a_503_says_whether_the_change_was_made(String type, Applied applied) {
    gateway.refuses("POST " + WEB + "/restart", 503, type, "no majority");

    var unavailable =
        catchThrowableOfType(
            ApiException.Unavailable.class,
            () -> RegrowClient.of(gateway.context()).send(Calls.restart("default", "web")));

    assertThat(unavailable.applied()).isEqualTo(applied);
  }

  @Test
  void the_next_node_is_asked_when_one_refuses_the_connection_and_then_preferred() {
    gateway.close();
    other.answers("GET /v1/nodes", NodeList.getDefaultInstance());
    var client = RegrowClient.of(gateway.context(other));

    client.send(Calls.nodes());
    client.send(Calls.nodes());

    assertThat(other.lines()).containsExactly("GET /v1/nodes", "GET /v1/nodes");
  }

  @Test
  void what_cannot_be_repeated_is_not_sent_to_another_node_once_it_may_have_arrived() {
    gateway.answersWith("POST " + WEB + "/restart", exchange -> exchange.close());
    other.answers("POST " + WEB + "/restart", web());

    var unreachable =
        catchThrowableOfType(
            ApiException.Unreachable.class,
            () -> RegrowClient.of(gateway.context(other)).send(Calls.restart("default", "web")));

    assertThat(unreachable.applied()).isEqualTo(Applied.UNKNOWN);
    assertThat(other.lines()).isEmpty();
  }

  @Test
  void what_can_be_repeated_goes_to_another_node_when_one_breaks_off() {
    gateway.answersWith("POST " + WEB + "/scale", exchange -> exchange.close());
    other.answers("POST " + WEB + "/scale", web());

    var now = RegrowClient.of(gateway.context(other)).send(Calls.scale("default", "web", 2));

    assertThat(now).isEqualTo(web());
  }

  @ParameterizedTest
  @CsvSource({"503,https://regrow.dev/not-applied", "412,stale", "409,conflict", "507,disk-full"})
  void what_the_next_node_refuses_the_one_before_may_have_done(int status, String type) {
    gateway.answersWith("POST " + WEB + "/scale", exchange -> exchange.close());
    other.refuses("POST " + WEB + "/scale", status, type, "because of the test");

    var unavailable =
        catchThrowableOfType(
            ApiException.Unavailable.class,
            () -> RegrowClient.of(gateway.context(other)).send(Calls.scale("default", "web", 2)));

    assertThat(unavailable.applied()).isEqualTo(Applied.UNKNOWN);
    assertThat(unavailable).hasMessageContaining("because of the test");
  }

  @Test
  void when_nobody_answers_every_address_is_named_and_nothing_was_applied() {
    gateway.close();
    other.close();

    var unreachable =
        catchThrowableOfType(
            ApiException.Unreachable.class,
            () -> RegrowClient.of(gateway.context(other)).send(Calls.restart("default", "web")));

    assertThat(unreachable)
        .hasMessageContaining(gateway.address())
        .hasMessageContaining(other.address());
    assertThat(unreachable.applied()).isEqualTo(Applied.NO);
  }

  @Test
  void a_node_that_never_answers_is_given_up_in_time() {
    var release = new CountDownLatch(1);
    gateway.answersWith(
        "GET /v1/nodes",
        exchange -> {
          awaitQuietly(release);
          exchange.close();
        });
    try {
      assertThatThrownBy(
              () -> RegrowClient.of(gateway.context(), Duration.ofMillis(200)).send(Calls.nodes()))
          .isInstanceOf(ApiException.TimedOut.class)
          .hasMessageContaining("did not answer within");
    } finally {
      release.countDown();
    }
  }

  @Test
  void another_node_is_asked_when_one_takes_the_request_and_never_answers() {
    var release = new CountDownLatch(1);
    gateway.answersWith(
        "GET /v1/nodes",
        exchange -> {
          awaitQuietly(release);
          exchange.close();
        });
    other.answers("GET /v1/nodes", NodeList.getDefaultInstance());
    try (var client = RegrowClient.of(gateway.context(other), Duration.ofSeconds(2))) {
      assertThat(client.send(Calls.nodes())).isEqualTo(NodeList.getDefaultInstance());
    } finally {
      release.countDown();
    }
  }

  @Test
  void a_change_that_hangs_where_it_was_sent_is_not_sent_to_another_node() {
    var release = new CountDownLatch(1);
    gateway.answersWith(
        "POST " + WEB + "/scale",
        exchange -> {
          awaitQuietly(release);
          exchange.close();
        });
    other.answers("POST " + WEB + "/scale", web());
    try (var client = RegrowClient.of(gateway.context(other), Duration.ofMillis(500))) {
      var late =
          catchThrowableOfType(
              ApiException.TimedOut.class, () -> client.send(Calls.scale("default", "web", 2)));

      assertThat(late.applied()).isEqualTo(Applied.UNKNOWN);
      assertThat(other.lines()).isEmpty();
    } finally {
      release.countDown();
    }
  }

  @Test
  void another_node_is_asked_when_one_breaks_off_in_the_middle_of_its_answer() {
    gateway.answersWith(
        "GET /v1/nodes",
        exchange -> {
          beginAnswer(exchange);
          exchange.close();
        });
    other.answers("GET /v1/nodes", NodeList.getDefaultInstance());

    var nodes = RegrowClient.of(gateway.context(other)).send(Calls.nodes());

    assertThat(nodes).isEqualTo(NodeList.getDefaultInstance());
  }

  @Test
  void an_answer_that_stops_in_the_middle_is_given_up_in_time() {
    var release = new CountDownLatch(1);
    gateway.answersWith(
        "GET /v1/nodes",
        exchange -> {
          beginAnswer(exchange);
          awaitQuietly(release);
          exchange.close();
        });
    try (var client = RegrowClient.of(gateway.context(), Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> client.send(Calls.nodes()))
          .isInstanceOf(ApiException.TimedOut.class)
          .hasMessageContaining("in the middle of its answer");
    } finally {
      release.countDown();
    }
  }

  /** One byte of a hundred. */
  private static void beginAnswer(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 100);
    exchange.getResponseBody().write(1);
    exchange.getResponseBody().flush();
  }

  private static void awaitQuietly(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new IOException("never released");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void an_asynchronous_call_completes_and_fails_with_the_same_kinds() {
    gateway.answers("GET " + WEB, web());
    var client = RegrowClient.of(gateway.context());

    var read = client.sendAsync(Calls.workload("default", "web")).toCompletableFuture().join();
    var absent = client.sendAsync(Calls.workload("default", "none")).toCompletableFuture();

    assertThat(read).isEqualTo(web());
    assertThatThrownBy(absent::join)
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(ApiException.NotFound.class);
  }

  @Test
  void all_pages_of_a_list_are_read_as_one() {
    gateway.answers(
        "GET /v1/workloads", WorkloadList.newBuilder().addItems(web()).setContinue("a/b").build());
    gateway.answers(
        "GET /v1/workloads?continue=a%2Fb", WorkloadList.newBuilder().addItems(web()).build());

    var all = Paging.workloads(RegrowClient.of(gateway.context()), Scope.everywhere());

    assertThat(all.getItemsList()).hasSize(2);
    assertThat(all.getContinue()).isEmpty();
  }

  @Test
  void names_are_encoded_in_paths() {
    gateway.answers("GET /v1/namespaces/a%2Fb/workloads/%3F%20", web());

    assertThat(RegrowClient.of(gateway.context()).send(Calls.workload("a/b", "? ")))
        .isEqualTo(web());
  }

  @Test
  void logs_come_as_they_were_written() throws Exception {
    gateway.answersText(
        "GET /v1/namespaces/default/instances/web-0-1/logs?tail=2&previous=true", "one\ntwo\n");
    var query = new LogQuery("default", "web-0-1", false, 2, true, null);

    try (var log = RegrowClient.of(gateway.context()).logs(query)) {
      assertThat(log.readAll()).isEqualTo("one\ntwo\n");
    }
  }

  @Test
  void a_watch_that_breaks_after_synced_goes_on_from_the_last_index() {
    var first = new ByteArrayOutputStream();
    var put = WatchEvent.newBuilder().setType(WatchType.PUT).setIndex(3).setWorkload(web()).build();
    var synced = WatchEvent.newBuilder().setType(WatchType.SYNCED).setIndex(9).build();
    var later =
        WatchEvent.newBuilder().setType(WatchType.PUT).setIndex(10).setWorkload(web()).build();
    gateway.answersWith(
        "GET /v1/workloads?watch=true",
        exchange -> {
          put.writeDelimitedTo(first);
          synced.writeDelimitedTo(first);
          FakeGateway.send(exchange, 200, "application/x-protobuf", first.toByteArray());
        });
    gateway.answersWith(
        "GET /v1/workloads?watch=true&since=9",
        exchange -> {
          var rest = new ByteArrayOutputStream();
          later.writeDelimitedTo(rest);
          FakeGateway.send(exchange, 200, "application/x-protobuf", rest.toByteArray());
        });

    var seen = new ArrayList<WatchEvent>();
    try (var stream =
        RegrowClient.of(gateway.context()).watch("workloads", Scope.everywhere(), 0)) {
      for (int i = 0; i < 3; i++) {
        seen.add(stream.next());
      }
    }

    assertThat(seen).containsExactly(put, synced, later);
  }

  @Test
  void a_watch_from_too_long_ago_says_so() {
    gateway.refuses("GET /v1/workloads?watch=true&since=2", 410, "about:blank", "too old");

    try (var stream =
        RegrowClient.of(gateway.context()).watch("workloads", Scope.everywhere(), 2)) {
      assertThatThrownBy(stream::next).isInstanceOf(ApiException.Gone.class);
    }
  }

  @Test
  void a_large_answer_in_chunks_is_read_whole() {
    var many = InstanceList.newBuilder();
    for (int i = 0; i < 20_000; i++) {
      many.addItems(Instance.newBuilder().setId("web-" + i).setMessage("x".repeat(i % 50)));
    }
    gateway.answersWith(
        "GET /v1/instances",
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, 0);
          try (var out = exchange.getResponseBody()) {
            many.build().writeTo(out);
          }
        });

    var read = RegrowClient.of(gateway.context()).send(Calls.instances(Scope.everywhere()));

    assertThat(read).isEqualTo(many.build());
  }

  @Test
  void the_token_is_in_no_text() {
    assertThat(gateway.context().toString()).doesNotContain("secret");
  }
}
