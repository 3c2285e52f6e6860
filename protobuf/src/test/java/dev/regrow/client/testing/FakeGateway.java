package dev.regrow.client.testing;

import com.google.protobuf.Message;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.regrow.client.Context;
import dev.regrow.v1.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A gateway on loopback that answers as it was told to and remembers what it was asked. */
public final class FakeGateway implements AutoCloseable {

  /** What was asked, as "GET /v1/nodes". */
  public record Asked(String line, Map<String, List<String>> headers, byte[] body) {
    public String header(String name) {
      return String.join(",", headers.getOrDefault(name, List.of()));
    }
  }

  /** Writes one answer. */
  public interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  public FakeGateway() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A context with this gateway first and others after it. */
  public Context context(FakeGateway... others) {
    var nodes = new ArrayList<Context.LocalNode>();
    for (var other : others) {
      nodes.add(new Context.LocalNode("n", other.address(), 0, 0, "/nowhere/n1"));
    }
    return new Context(address(), "secret", "", "default", nodes);
  }

  /** From now on answers {@code "GET /path?query"} with a message. */
  public FakeGateway answers(String line, Message message) {
    return answers(line, 200, message);
  }

  public FakeGateway answers(String line, int status, Message message) {
    return answersWith(
        line, exchange -> send(exchange, status, "application/x-protobuf", message.toByteArray()));
  }

  public FakeGateway answersText(String line, String text) {
    return answersWith(
        line, exchange -> send(exchange, 200, "text/plain", text.getBytes(StandardCharsets.UTF_8)));
  }

  /** With a problem, as JSON. */
  public FakeGateway refuses(String line, int status, String type, String detail) {
    var json =
        "{\"type\":\"%s\",\"title\":\"t\",\"status\":%d,\"detail\":\"%s\",\"errors\":[{\"field\":\"instance.network\",\"line\":3,\"column\":5,\"message\":\"is required\"}]}"
            .formatted(type, status, detail);
    return answersWith(
        line,
        exchange ->
            send(
                exchange,
                status,
                "application/problem+json",
                json.getBytes(StandardCharsets.UTF_8)));
  }

  public FakeGateway answersWith(String line, Answer answer) {
    answers.put(line, answer);
    return this;
  }

  public List<Asked> asked() {
    return List.copyOf(asked);
  }

  public List<String> lines() {
    return asked.stream().map(Asked::line).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    var line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
    asked.add(
        new Asked(
            line,
            Map.copyOf(exchange.getRequestHeaders()),
            exchange.getRequestBody().readAllBytes()));
    var answer = answers.get(line);
    if (answer == null) {
      var problem = Problem.newBuilder().setStatus(404).setDetail("no answer for " + line);
      send(exchange, 404, "application/x-protobuf", problem.build().toByteArray());
    } else {
      answer.give(exchange);
    }
  }

  public static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.getResponseHeaders().add("X-Regrow-Index", "42");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
