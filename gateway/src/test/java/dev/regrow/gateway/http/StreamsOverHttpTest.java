package dev.regrow.gateway.http;

import static java.net.http.HttpRequest.BodyPublishers.noBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.runtime.Logs;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class StreamsOverHttpTest {

  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final String LOGS = "/v1/namespaces/default/instances/local-0/logs";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_watch_tells_what_there_is_then_synced_then_changes() throws Exception {
    gateway.declare("web");
    try (var events = open("/v1/workloads?watch=true", "text/event-stream")) {
      var lines = reader(events);

      assertThat(event(lines)).containsExactly("id: 0", "event: put");
      assertThat(event(lines)).containsExactly("id: 11", "event: synced");
      gateway.declare("db");
      assertThat(event(lines)).containsExactly("id: 12", "event: put");
      gateway.send(gateway.request("/v1/namespaces/default/workloads/db").DELETE());
      assertThat(event(lines)).containsExactly("id: 13", "event: delete");
    }
    // A closed connection shows when something is written to it: a change, or the heartbeat.
    await(
        "the watch to end with its client",
        () -> {
          gateway.send(
              gateway.request("/v1/namespaces/default/workloads/web/restart").POST(noBody()));
          return gateway.control.watchers() == 0;
        });
  }

  @Test
  void a_watch_that_resumes_gets_only_changes_and_an_error_as_its_last_event() throws Exception {
    gateway.declare("web");
    var request =
        gateway
            .request("/v1/workloads?watch=true&since=5")
            .header("Last-Event-ID", "11")
            .header("Accept", "text/event-stream");
    try (var events = gateway.open(request.GET()).body()) {
      var lines = reader(events);
      gateway.declare("db");

      assertThat(event(lines)).containsExactly("id: 12", "event: put");
      gateway.control.endWatches(new Refusal(Refusal.Kind.GONE, "forgotten; list again"));
      assertThat(event(lines)).containsExactly("event: error");
      assertThat(lines.readLine()).isNull();
    }
  }

  @Test
  void a_watch_in_protobuf_is_delimited_events() throws Exception {
    gateway.declare("web");
    try (var events = open("/v1/workloads?watch=true", "application/x-protobuf")) {
      var first = WatchEvent.parseDelimitedFrom(events);
      var second = WatchEvent.parseDelimitedFrom(events);

      assertThat(first.getWorkload().getName()).isEqualTo("web");
      assertThat(second.getType()).isEqualTo(WatchType.SYNCED);
      gateway.declare("db");
      assertThat(WatchEvent.parseDelimitedFrom(events).getWorkload().getName()).isEqualTo("db");
    }
  }

  @Test
  void logs_are_the_bytes_as_they_were_written() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var bytes = new byte[200_000];
    new Random(seed).nextBytes(bytes);
    for (int from = 0; from < bytes.length; from += 50_000) {
      gateway.logs.wrote(
          Logs.Stream.STDOUT, java.util.Arrays.copyOfRange(bytes, from, from + 50_000));
    }

    var answer = gateway.sendForBytes(gateway.request(LOGS).GET());

    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(answer.body()).isEqualTo(bytes);
  }

  @Test
  void logs_as_events_have_time_and_stream() throws Exception {
    gateway.logs.wrote(Logs.Stream.STDERR, "oh \"no\"\n".getBytes(StandardCharsets.UTF_8));

    try (var events = open(LOGS, "text/event-stream")) {
      var text = new String(events.readAllBytes(), StandardCharsets.UTF_8);

      assertThat(text)
          .contains("event: stderr\n")
          .contains("\"time\":\"2023-11-14T22:13:20Z\"")
          .contains("\"text\":\"oh \\\"no\\\"\\n\"");
    }
  }

  @Test
  void what_of_the_logs_is_wanted_reaches_the_reader() {
    gateway.get(LOGS + "?tail=7&previous=true&since=2026-01-31T12:00:00Z");
    gateway.get(LOGS);

    assertThat(gateway.logs.queries())
        .containsExactly(
            new Logs.Query(-1, 7, Instant.parse("2026-01-31T12:00:00Z"), false),
            new Logs.Query(0, -1, null, false));
  }

  @Test
  void local_logs_can_be_read_while_the_cluster_is_away() {
    gateway.logs.wrote(Logs.Stream.STDOUT, "still here\n".getBytes(StandardCharsets.UTF_8));
    gateway.control.refuse(new Refusal(Refusal.Kind.UNAVAILABLE, "no majority"));

    assertThat(gateway.get(LOGS).body()).isEqualTo("still here\n");
    assertThat(gateway.get("/v1/workloads").statusCode()).isEqualTo(503);
  }

  @Test
  void a_client_that_does_not_read_holds_the_reader_back_and_one_that_leaves_ends_it()
      throws Exception {
    for (int i = 0; i < 2_000; i++) {
      gateway.logs.wrote(Logs.Stream.STDOUT, new byte[60_000]);
    }

    try (var unread = open(LOGS + "?follow=true", "text/plain")) {
      assertThat(unread.read()).isZero();
      var taken = settled(gateway.logs::taken);
      assertThat(taken).isLessThan(1_000);
    }

    await("the reading to be closed", () -> gateway.logs.closed() == 1);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/workloads?watch=true, text/event-stream",
    "/v1/events?watch=true, application/x-protobuf",
    "/v1/namespaces/default/instances/local-0/logs?follow=true, text/plain"
  })
  void a_stream_is_cut_off_when_its_token_is_revoked(String path, String accept) {
    var made = gateway.issue("{\"role\": \"read\"}");
    var stream = gateway.open(gateway.as(made, path).header("Accept", accept).GET());
    assertThat(stream.statusCode()).isEqualTo(200);

    gateway.send(gateway.request("/v1/tokens/" + made.getId()).DELETE());

    assertThatThrownBy(() -> stream.body().readAllBytes()).isInstanceOf(IOException.class);
    assertThat(gateway.send(gateway.as(made, path).GET()).statusCode()).isEqualTo(401);
  }

  @Test
  void a_stream_is_cut_off_when_its_token_expires_and_those_of_others_go_on() throws Exception {
    gateway.declare("web");
    var brief = gateway.issue("{\"role\": \"read\", \"ttl\": \"2s\"}");
    var watch = gateway.as(brief, "/v1/workloads?watch=true").header("Accept", "text/event-stream");
    try (var others = open("/v1/workloads?watch=true", "text/event-stream")) {
      var stream = gateway.open(watch.GET());
      assertThat(stream.statusCode()).isEqualTo(200);

      assertThatThrownBy(() -> stream.body().readAllBytes()).isInstanceOf(IOException.class);

      var lines = reader(others);
      assertThat(event(lines)).containsExactly("id: 0", "event: put");
    }
  }

  private InputStream open(String path, String accept) {
    var answer = gateway.open(gateway.request(path).header("Accept", accept).GET());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private static BufferedReader reader(InputStream events) {
    return new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8));
  }

  /** The next event without its data, which must be one line of JSON; comments are skipped. */
  private static List<String> event(BufferedReader lines) throws IOException {
    var event = new ArrayList<String>();
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: {")) {
        assertThat(line).endsWith("}");
      } else if (line.isEmpty()) {
        if (!event.isEmpty()) {
          return event;
        }
      } else if (!line.startsWith(":")) {
        event.add(line);
      }
    }
    return event;
  }

  private static void await(String what, BooleanSupplier fact) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** What it is once it has not changed for half a second. */
  private static int settled(Supplier<Integer> number) {
    int last = number.get();
    long since = System.nanoTime();
    while (System.nanoTime() - since < 500_000_000) {
      LockSupport.parkNanos(10_000_000);
      if (number.get() != last) {
        last = number.get();
        since = System.nanoTime();
      }
    }
    return last;
  }
}
