package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreException;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.v1.Token;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokensOverHttpTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_token_is_told_once_and_kept_as_a_hash() throws Exception {
    var answer = post("{\"role\": \"read\", \"ttl\": \"1h\"}");
    var made = token(answer);

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.headers().firstValue("Location")).contains("/v1/tokens/" + made.getId());
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(made.getToken()).startsWith(made.getId() + ".");
    assertThat(made.getExpiresAt() - made.getCreatedAt()).isEqualTo(3_600_000);
    var listed = gateway.get("/v1/tokens");
    assertThat(listed.body()).contains(made.getId()).doesNotContain(made.getToken());
    var stored =
        gateway
            .store
            .range(RangeQuery.key(Keys.token(made.getId())))
            .toCompletableFuture()
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(stored.entries()).hasSize(1);
    assertThat(stored.entries().get(0).value().toStringUtf8()).doesNotContain(made.getToken());
  }

  @Test
  void a_token_counts_as_soon_as_it_is_told_and_until_it_is_revoked() {
    var made = token(post("{\"role\": \"read\"}"));
    assertThat(as(made, "GET", "/v1/workloads").statusCode()).isEqualTo(200);

    var revoked = gateway.send(gateway.request("/v1/tokens/" + made.getId()).DELETE());

    assertThat(revoked.statusCode()).isEqualTo(200);
    assertThat(revoked.body()).contains(made.getId()).doesNotContain(made.getToken());
    assertThat(as(made, "GET", "/v1/workloads").statusCode()).isEqualTo(401);
    var again = gateway.send(gateway.request("/v1/tokens/" + made.getId()).DELETE());
    assertThat(again.statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({
    "READ,   GET,    /v1/workloads,                                 200",
    "READ,   GET,    /v1/namespaces/default/workloads/web,          200",
    "READ,   PUT,    /v1/namespaces/default/workloads/web,          403",
    "READ,   DELETE, /v1/namespaces/default/workloads/web,          403",
    "READ,   POST,   /v1/namespaces/default/workloads/web/restart,  403",
    "READ,   GET,    /v1/tokens,                                    403",
    "DEPLOY, GET,    /v1/workloads,                                 200",
    "DEPLOY, POST,   /v1/namespaces/default/workloads/web/restart,  200",
    "DEPLOY, GET,    /v1/tokens,                                    403",
    "DEPLOY, POST,   /v1/tokens,                                    403",
    "DEPLOY, DELETE, /v1/tokens/k3f9q2m8xz,                         403",
    "ADMIN,  GET,    /v1/tokens,                                    200",
    "ADMIN,  DELETE, /v1/tokens/k3f9q2m8xz,                         404",
    "ADMIN,  DELETE, /v1/tokens/admin,                              409",
    "JOIN,   GET,    /v1/workloads,                                 403",
    "JOIN,   GET,    /v1/version,                                   403",
    "JOIN,   GET,    /v1/nothing,                                   403",
    "JOIN,   POST,   /v1/tokens,                                    403",
    "JOIN,   GET,    /healthz,                                      200",
  })
  void a_role_may_do_what_it_is_for(Role role, String method, String path, int status) {
    gateway.declare("web");

    var answer =
        gateway.send(
            gateway
                .anonymous(path)
                .header("Authorization", "Bearer " + gateway.token(role))
                .method(method, BodyPublishers.noBody()));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (status >= 400) {
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,  /v1/namespaces/shop/workloads,                 200",
    "GET,  /v1/namespaces/bank/workloads,                 200",
    "POST, /v1/namespaces/shop/workloads/web/restart,     404",
    "GET,  /v1/nodes,                                     200",
    "GET,  /v1/version,                                   200",
    "GET,  /openapi.json,                                 200",
    "GET,  /v1/namespaces/default/workloads/web,          403",
    "POST, /v1/namespaces/default/workloads/web/restart,  403",
    "GET,  /v1/namespaces/default/instances,              403",
    "GET,  /v1/workloads,                                 403",
    "GET,  /v1/instances,                                 403",
    "GET,  /v1/events,                                    403",
  })
  void a_token_of_some_namespaces_counts_only_there(String method, String path, int status) {
    gateway.declare("web");
    var made = token(post("{\"role\": \"deploy\", \"namespaces\": [\"shop\", \"bank\"]}"));

    var answer = as(made, method, path);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (status == 403) {
      assertThat(answer.body()).contains("shop, bank");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                              | 422 | role",
        "{\"role\": \"emperor\"}                         | 422 | role",
        "{\"role\": \"read\", \"ttl\": \"0s\"}           | 422 | ttl",
        "{\"role\": \"read\", \"ttl\": \"99999d\"}       | 422 | ttl",
        "{\"role\": \"read\", \"tll\": \"1h\"}           | 422 | ttl",
        "{\"role\": \"read\", \"namespaces\": [\"No\"]}  | 422 | namespaces[0]",
        "{\"role\": \"admin\", \"namespaces\": [\"a\"]}  | 422 | namespaces",
        "{\"role\": \"join\", \"namespaces\": [\"a\"]}   | 422 | namespaces",
        "{                                               | 400 | ",
      })
  void a_wish_that_cannot_be_is_refused(String body, int status, String names) {
    var answer = post(body);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(names == null ? "" : names);
  }

  @Test
  void tokens_are_listed_in_pages() {
    var first = token(post("{\"role\": \"read\"}"));
    var second = token(post("{\"role\": \"join\"}"));

    var page = gateway.get("/v1/tokens?limit=1");
    var ids =
        first.getId().compareTo(second.getId()) < 0
            ? new String[] {first.getId(), second.getId()}
            : new String[] {second.getId(), first.getId()};

    assertThat(page.body()).contains(ids[0]).doesNotContain("\"id\":\"" + ids[1]);
    assertThat(gateway.get("/v1/tokens?limit=1&continue=" + ids[0]).body())
        .contains(ids[1], "\"continue\":\"\"");
    assertThat(gateway.get("/v1/tokens?continue=/").statusCode()).isEqualTo(400);
  }

  @Test
  void a_full_disk_makes_no_token() {
    gateway.store.refuseWrites(StoreException.Kind.DISK_FULL);

    assertThat(post("{\"role\": \"read\"}").statusCode()).isEqualTo(507);
  }

  private HttpResponse<String> post(String body) {
    return gateway.send(
        gateway
            .request("/v1/tokens")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> as(Token token, String method, String path) {
    return gateway.send(
        gateway
            .anonymous(path)
            .header("Authorization", "Bearer " + token.getToken())
            .method(method, BodyPublishers.noBody()));
  }

  private static Token token(HttpResponse<String> answer) {
    return Schema.parse(
            Token.getDefaultInstance(), answer.body().getBytes(StandardCharsets.UTF_8), Syntax.JSON)
        .orThrow();
  }
}
