package dev.regrow.chaos.fuzz;

import dev.regrow.chaos.fuzz.ApiDocument.Operation;
import dev.regrow.chaos.fuzz.ApiDocument.Parameter;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Asks a gateway all that its own OpenAPI document says can be asked, right and wrong, drawn from a
 * seed. What it creates is called {@code fuzz…} or as small words are, so let it at nothing that
 * matters.
 */
public final class ApiFuzz {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int SHOWN = 300;
  private static final int SERVER_ERROR = 500;
  private static final Pattern TRACE = Pattern.compile("\\bat [a-z]+\\.[\\w.$]+\\(|Exception\\b");

  /** What must not be asked, as it ends the cluster or goes on for ever. */
  private static final Set<String> LEFT_OUT = Set.of("watch", "follow");

  private final URI gateway;
  private final String token;
  private final Random random;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private ApiFuzz(URI gateway, String token, long seed) {
    this.gateway = gateway;
    this.token = token;
    random = new Random(seed);
  }

  /**
   * What came of it.
   *
   * @param statuses how often each came
   * @param faults requests that the server did not stand, with what it said
   * @param unasked operations that were never sent
   */
  public record Findings(
      long seed,
      int requests,
      Map<Integer, Integer> statuses,
      List<String> faults,
      List<String> unasked) {
    public Findings {
      statuses = new TreeMap<>(statuses);
      faults = List.copyOf(faults);
      unasked = List.copyOf(unasked);
    }
  }

  /**
   * Sends so many requests, one after the other.
   *
   * @param gateway as http://127.0.0.1:7400
   * @param token of an administrator
   */
  public static Findings run(URI gateway, String token, long seed, int requests)
      throws IOException, InterruptedException {
    return new ApiFuzz(gateway, token, seed).run(seed, requests);
  }

  private Findings run(long seed, int requests) throws IOException, InterruptedException {
    var document = document();
    var operations = document.operations();
    var unasked = new ArrayList<>(operations);
    var statuses = new TreeMap<Integer, Integer>();
    var faults = new ArrayList<String>();
    for (int i = 0; i < requests; i++) {
      // Each once, then at random.
      var operation =
          i < operations.size()
              ? operations.get(i)
              : operations.get(random.nextInt(operations.size()));
      unasked.remove(operation);
      var values = new Values(document, random, random.nextBoolean() ? 1_000 : 8);
      send(operation, values, statuses, faults);
    }
    return new Findings(
        seed, requests, statuses, faults, unasked.stream().map(Operation::toString).toList());
  }

  private ApiDocument document() throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(gateway.resolve("/openapi.json"))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .build();
    var answer = http.send(request, BodyHandlers.ofString());
    var document = ApiDocument.parse(answer.body());
    if (document.operations().isEmpty()) {
      throw new IOException(
          "%s describes nothing: %d %s"
              .formatted(request.uri(), answer.statusCode(), shortened(answer.body())));
    }
    return document;
  }

  private void send(
      Operation operation, Values values, Map<Integer, Integer> statuses, List<String> faults)
      throws InterruptedException {
    var request = HttpRequest.newBuilder(uri(operation, values)).timeout(PATIENCE);
    var body = operation.body().isEmpty() ? "" : Values.json(values.value(operation.body()));
    for (var parameter : operation.parameters()) {
      if (parameter.in().equals("header") && random.nextInt(4) == 0) {
        request.header(parameter.name(), plain(random.nextInt(4) == 0 ? number() : values.word()));
      }
    }
    request.header("Authorization", "Bearer " + token);
    request.header("Accept", random.nextInt(6) == 0 ? "application/yaml" : "application/json");
    if (!body.isEmpty()) {
      request.header("Content-Type", random.nextInt(12) == 0 ? "text/plain" : "application/json");
    }
    request.method(
        operation.method(),
        body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(mangled(body)));
    var sent = request.build();
    try {
      judge(sent, body, http.send(sent, BodyHandlers.ofString()), statuses, faults);
    } catch (HttpTimeoutException late) {
      faults.add("%s %s %s: no answer in %s".formatted(sent.method(), sent.uri(), body, PATIENCE));
    } catch (IOException ended) {
      faults.add("%s %s %s: %s".formatted(sent.method(), sent.uri(), body, ended));
    }
  }

  private void judge(
      HttpRequest sent,
      String body,
      HttpResponse<String> answer,
      Map<Integer, Integer> statuses,
      List<String> faults) {
    statuses.merge(answer.statusCode(), 1, Integer::sum);
    boolean leaks = answer.statusCode() >= 400 && TRACE.matcher(answer.body()).find();
    if (answer.statusCode() >= SERVER_ERROR || leaks) {
      faults.add(
          "%s %s %s: %d %s"
              .formatted(
                  sent.method(),
                  sent.uri(),
                  shortened(body),
                  answer.statusCode(),
                  shortened(answer.body())));
    }
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private URI uri(Operation operation, Values values) {
    var path = new StringBuilder();
    for (var segment : operation.path().split("/", -1)) {
      boolean variable = segment.startsWith("{");
      path.append(path.length() == 0 && segment.isEmpty() ? "" : "/")
          .append(variable ? encoded(name(segment, values)) : segment);
    }
    String between = "?";
    for (var parameter : operation.parameters()) {
      if (isAsked(parameter)) {
        path.append(between)
            .append(encoded(parameter.name()))
            .append('=')
            .append(encoded(String.valueOf(values.value(parameter.schema()))));
        between = "&";
      }
    }
    return URI.create(gateway + (path.charAt(0) == '/' ? "" : "/") + path);
  }

  private boolean isAsked(Parameter parameter) {
    return parameter.in().equals("query")
        && !LEFT_OUT.contains(parameter.name())
        && random.nextInt(3) == 0;
  }

  /** Often one that may exist. */
  private String name(String variable, Values values) {
    if (variable.equals("{namespace}") && random.nextInt(5) > 0) {
      return "default";
    }
    return random.nextInt(3) > 0 ? "fuzz" + random.nextInt(4) : values.word();
  }

  private String mangled(String body) {
    if (random.nextInt(15) > 0 || body.length() < 2) {
      return body;
    }
    int at = random.nextInt(body.length());
    return random.nextBoolean()
        ? body.substring(0, at)
        : body.substring(0, at) + (char) (33 + random.nextInt(90)) + body.substring(at);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** An index perhaps, which few clusters have come to. */
  private String number() {
    return Long.toString(random.nextLong(1L << 40));
  }

  /** What the client lets into a header. */
  private static String plain(String word) {
    var plain = word.replaceAll("[^ -~]", "");
    return plain.isBlank() ? "*" : plain;
  }
}
