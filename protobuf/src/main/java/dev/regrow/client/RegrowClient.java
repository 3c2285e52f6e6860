package dev.regrow.client;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.client.Tries.Again;
import dev.regrow.client.http.Endpoint;
import dev.regrow.client.http.HttpRequest;
import dev.regrow.client.http.HttpResponse;
import dev.regrow.client.http.HttpTransport;
import dev.regrow.client.http.WebSocket;
import dev.regrow.schema.BackupFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client of one cluster, safe for many threads. Each operation is a {@link Call}, sent blocking
 * or asynchronously:
 *
 * <pre>
 *   try (var client = RegrowClient.of(Context.load())) {
 *     Workload web = client.send(Calls.workload("default", "web"));
 *     client.sendAsync(Calls.scale("default", "web", 3)).thenAccept(...);
 *   }
 * </pre>
 *
 * <p>Every wait is bounded. When a node does not answer, the context's others are tried, provided
 * that the request surely was not applied or may be repeated. What fails is an {@link
 * ApiException}.
 */
public final class RegrowClient implements AutoCloseable {

  public static final String PROTOBUF = "application/x-protobuf";
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STREAM_SILENCE = Duration.ofSeconds(60);
  private static final int ANSWER_BYTES_MAX = 64 << 20;

  private final Context context;
  private final Duration timeout;
  private final List<Endpoint> endpoints;
  private final HttpTransport transport;
  private final AtomicLong index = new AtomicLong();
  private volatile int preferred;
  private @Nullable ExecutorService executor;

  private RegrowClient(Context context, Duration timeout) {
    this.context = context;
    this.timeout = timeout;
    this.endpoints = context.endpoints();
    this.transport = new HttpTransport(context.ca());
  }

  public static RegrowClient of(Context context) {
    return new RegrowClient(context, DEFAULT_TIMEOUT);
  }

  /**
   * @param timeout for each call, all tries together
   */
  public static RegrowClient of(Context context, Duration timeout) {
    return new RegrowClient(context, timeout);
  }

  public Context context() {
    return context;
  }

  /**
   * Sends and waits for the answer's value.
   *
   * @throws ApiException when there is none
   */
  public <T> T send(Call<T> call) {
    return exchange(call).value();
  }

  /** As {@link #send}; the stage fails with an {@link ApiException}. */
  public <T> CompletionStage<T> sendAsync(Call<T> call) {
    return exchangeAsync(call).thenApply(Reply::value);
  }

  /** As {@link #exchange}; the stage fails with an {@link ApiException}. */
  public <T> CompletionStage<Reply<T>> exchangeAsync(Call<T> call) {
    return CompletableFuture.supplyAsync(() -> exchange(call), executor());
  }

  /**
   * Sends and waits for the answer with what surrounds it.
   *
   * @throws ApiException when there is none
   */
  public <T> Reply<T> exchange(Call<T> call) {
    var headers = headers(PROTOBUF);
    headers.putAll(call.headers());
    if (!call.method().equals("GET") && call.body().length > 0) {
      headers.putIfAbsent("Content-Type", PROTOBUF);
    }
    var request = new HttpRequest(call.method(), call.target(), headers, call.body());
    return tryEach(Again.of(call), (endpoint, left) -> once(call, endpoint, request, left));
  }

  private <T> Reply<T> once(Call<T> call, Endpoint endpoint, HttpRequest request, Duration left)
      throws IOException {
    try (var response = transport.exchange(endpoint, request, left)) {
      byte[] body = response.bytes(ANSWER_BYTES_MAX);
      long seen = learnIndex(response);
      if (response.status() / 100 != 2) {
        throw ApiException.of(Problems.read(response, body));
      }
      var etag = response.header("etag");
      return new Reply<>(
          call.parser().parseFrom(body), response.status(), seen, etag == null ? "" : etag);
    } catch (InvalidProtocolBufferException e) {
      throw new ApiException.Unexpected(
          endpoint + " answered " + call.target() + " with something that is no message of ours");
    }
  }

  /** A stream of changes. See {@link EventStream} for what it replays. */
  public EventStream watch(String kind, Scope scope, long since) {
    return new EventStream(this, scope.path(kind), since);
  }

  /** A workload's or an instance's output. Close it. */
  public LogStream logs(LogQuery query) {
    var request = new HttpRequest("GET", query.target(), headers("text/plain"), new byte[0]);
    return new LogStream(stream(request, query.follow() ? Duration.ZERO : STREAM_SILENCE));
  }

  /**
   * A conversation with a command in an instance, in messages of v5.channel.k8s.io. Close it.
   *
   * @param target path and query, encoded
   * @throws ApiException when there is none
   */
  public ExecStream exec(String target) {
    return new ExecStream(socket(target));
  }

  /**
   * A TCP connection to a port of an instance. Close it.
   *
   * @throws ApiException when there is none
   */
  public PortStream connect(String namespace, String instance, int port) {
    return new PortStream(socket(PortStream.target(namespace, instance, port)));
  }

  private WebSocket socket(String target) {
    var request = new HttpRequest("GET", target, headers("*/*"), new byte[0]);
    return tryEach(
        Again.NEVER,
        (endpoint, left) -> {
          var upgrade =
              transport.upgrade(endpoint, request, ExecStream.PROTOCOL, left, STREAM_SILENCE);
          var socket = upgrade.socket();
          if (socket != null) {
            return socket;
          }
          var refused = java.util.Objects.requireNonNull(upgrade.refused());
          try (refused) {
            throw ApiException.of(Problems.read(refused, refused.bytes(ANSWER_BYTES_MAX)));
          }
        });
  }

  /**
   * A backup of all that is declared, as a file.
   *
   * @param withKey whether the keys of the secrets are in it, too
   * @throws ApiException when there is none
   */
  public byte[] backup(boolean withKey) {
    var path = "/v1/cluster/backup" + (withKey ? "?withKey=true" : "");
    var request = new HttpRequest("GET", path, headers(BackupFile.MEDIA_TYPE), new byte[0]);
    return tryEach(
        Again.ALWAYS,
        (endpoint, left) -> {
          try (var response = transport.exchange(endpoint, request, left)) {
            byte[] body = response.bytes(ANSWER_BYTES_MAX);
            learnIndex(response);
            if (response.status() != 200) {
              throw ApiException.of(Problems.read(response, body));
            }
            return body;
          }
        });
  }

  /**
   * The text of a resource that is no message, such as /readyz, with its status, whatever it is.
   *
   * @throws ApiException when nobody answers
   */
  public Reply<String> text(String target) {
    var request = new HttpRequest("GET", target, headers("*/*"), new byte[0]);
    return tryEach(
        Again.ALWAYS,
        (endpoint, left) -> {
          try (var response = transport.exchange(endpoint, request, left)) {
            var body = new String(response.bytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
            return new Reply<>(body, response.status(), learnIndex(response), "");
          }
        });
  }

  /**
   * Returns when the node says that it serves.
   *
   * @throws ApiException.Unavailable when it does not yet; its message says why
   */
  public void ready() {
    var request = new HttpRequest("GET", "/readyz", headers("*/*"), new byte[0]);
    tryEach(
        Again.ALWAYS,
        (endpoint, left) -> {
          try (var response = transport.exchange(endpoint, request, left)) {
            byte[] body = response.bytes(ANSWER_BYTES_MAX);
            if (response.status() != 200) {
              throw ApiException.of(Problems.read(response, body));
            }
            return learnIndex(response);
          }
        });
  }

  /** An answer that goes on; its status is 200. */
  HttpResponse stream(HttpRequest request, Duration silence) {
    return tryEach(
        Again.ALWAYS,
        (endpoint, left) -> {
          var response = transport.stream(endpoint, request, left, silence);
          if (response.status() == 200) {
            learnIndex(response);
            return response;
          }
          try (response) {
            throw ApiException.of(Problems.read(response, response.bytes(ANSWER_BYTES_MAX)));
          }
        });
  }

  Map<String, String> headers(String accept) {
    var headers = new LinkedHashMap<String, String>();
    headers.put("Accept", accept);
    if (!context.token().isEmpty()) {
      headers.put("Authorization", "Bearer " + context.token());
    }
    if (index.get() > 0) {
      headers.put("X-Regrow-Index", Long.toString(index.get()));
    }
    return headers;
  }

  private interface Attempt<T> {
    T at(Endpoint endpoint, Duration left) throws IOException;
  }

  /** Asks the endpoint that answered last, then the others, while that is safe. */
  private <T> T tryEach(Again again, Attempt<T> attempt) {
    long deadline = System.nanoTime() + timeout.toNanos();
    int first = preferred;
    var tries = Tries.none(again, endpoints.size());
    while (true) {
      int number = (first + tries.made()) % endpoints.size();
      var endpoint = endpoints.get(number);
      Tries.Next next;
      try {
        T value = attempt.at(endpoint, tries.patience(left(deadline)));
        preferred = number;
        return value;
      } catch (ApiException e) {
        next = tries.refused(e);
      } catch (IOException e) {
        next = tries.unanswered(Problems.stage(e), Problems.words(endpoint, e));
      }
      tries = next.orThrow();
    }
  }

  private static Duration left(long deadline) {
    return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
  }

  private long learnIndex(HttpResponse response) {
    var text = response.header("x-regrow-index");
    if (text == null) {
      return 0;
    }
    try {
      long seen = Long.parseLong(text);
      index.accumulateAndGet(seen, Math::max);
      return seen;
    } catch (NumberFormatException e) {
      throw new ApiException.Unexpected("the header X-Regrow-Index holds \"" + text + "\"");
    }
  }

  private synchronized ExecutorService executor() {
    if (executor == null) {
      executor =
          Executors.newCachedThreadPool(
              task -> {
                var thread = new Thread(task, "regrow-client");
                thread.setDaemon(true);
                return thread;
              });
    }
    return executor;
  }

  /** Closes idle connections; calls under way end by themselves. */
  @Override
  public synchronized void close() {
    transport.close();
    if (executor != null) {
      executor.shutdown();
    }
  }
}
