package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.control.Caller;
import dev.regrow.gateway.auth.Role;
import dev.regrow.gateway.testing.TestGateway;
import dev.regrow.v1.Workload;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WorkloadsOverHttpTest {

  private static final String WEB = "/v1/namespaces/default/workloads/web";
  private static final String YAML = "application/yaml";
  private static final String JSON = "application/json";

  private final TestGateway gateway = new TestGateway();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void a_first_PUT_creates_and_an_equal_one_changes_nothing() {
    var created = gateway.declare("web");
    var equal = gateway.declare("web");

    assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    assertThat(created.headers().firstValue("Location")).contains(WEB);
    assertThat(equal.statusCode()).isEqualTo(200);
    assertThat(etag(equal)).isEqualTo(etag(created));
    assertThat(created.body()).contains("\"kind\":\"Service\"", "\"replicas\":2");
  }

  @Test
  void every_answer_carries_the_index() {
    for (var path : Set.of("/healthz", "/v1/workloads", "/v1/nothing", WEB)) {
      assertThat(gateway.get(path).headers().firstValue("X-Regrow-Index")).as(path).isPresent();
    }
  }

  @Test
  void the_answer_to_a_change_carries_its_index_though_this_node_has_yet_to_learn_of_it() {
    gateway.control.fallBehind(1);

    var created = gateway.declare("web");

    assertThat(created.headers().firstValue("X-Regrow-Index").map(index -> '"' + index + '"'))
        .contains(etag(created));
  }

  @Test
  void what_GET_prints_as_YAML_can_be_applied_again() {
    gateway.declare("web");

    var yaml = gateway.send(gateway.request(WEB).header("Accept", YAML).GET());
    var again = gateway.put(WEB, YAML, yaml.body());

    assertThat(yaml.headers().firstValue("Content-Type").orElse("")).startsWith(YAML);
    assertThat(yaml.body()).contains("kind: Service");
    assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
    assertThat(etag(again)).isEqualTo(etag(yaml));
  }

  @Test
  void protobuf_goes_in_and_out() throws Exception {
    gateway.declare("web");
    var read =
        gateway.sendForBytes(gateway.request(WEB).header("Accept", "application/x-protobuf").GET());
    var workload = Workload.parseFrom(read.body());

    var scaled =
        gateway.send(
            gateway
                .request(WEB)
                .header("Content-Type", "application/x-protobuf")
                .PUT(
                    BodyPublishers.ofByteArray(
                        workload.toBuilder().setReplicas(5).build().toByteArray())));

    assertThat(scaled.statusCode()).as(scaled.body()).isEqualTo(200);
    assertThat(scaled.body()).contains("\"replicas\":5");
  }

  @Test
  void a_namespace_that_the_body_leaves_out_is_the_path_s() {
    var answer =
        gateway.put("/v1/namespaces/shop/workloads/web", YAML, TestGateway.manifest("web"));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(answer.body()).contains("\"namespace\":\"shop\"");
  }

  @Test
  void a_name_or_namespace_that_differs_from_the_path_s_is_422() {
    var name = gateway.put(WEB, YAML, TestGateway.manifest("other"));
    var namespace = gateway.put(WEB, YAML, TestGateway.manifest("web") + "namespace: shop\n");

    assertThat(name.statusCode()).isEqualTo(422);
    assertThat(name.body()).contains("\"field\":\"name\"");
    assertThat(namespace.statusCode()).isEqualTo(422);
    assertThat(namespace.body()).contains("\"field\":\"namespace\"");
    assertThat(gateway.control.declared()).isEmpty();
  }

  @Test
  void If_Match_lets_only_the_index_through_that_it_names() {
    var tag = etag(gateway.declare("web"));
    var changed = TestGateway.manifest("web").replace("replicas: 2", "replicas: 3");

    assertThat(gateway.put(WEB, YAML, changed, "If-Match", "\"1\"").statusCode()).isEqualTo(412);
    assertThat(gateway.put(WEB, YAML, changed, "If-Match", "W/" + tag).statusCode()).isEqualTo(412);
    assertThat(gateway.put(WEB, YAML, changed, "If-Match", "\"abc\"").statusCode()).isEqualTo(412);
    assertThat(gateway.put(WEB, YAML, changed, "If-Match", "17").statusCode()).isEqualTo(400);
    assertThat(gateway.put(WEB, YAML, changed, "If-Match", tag).statusCode()).isEqualTo(200);
    assertThat(gateway.put(WEB, YAML, changed, "If-Match", tag).statusCode()).isEqualTo(412);
  }

  @Test
  void If_Match_takes_a_star_and_a_list() {
    assertThat(gateway.put(WEB, YAML, TestGateway.manifest("web"), "If-Match", "*").statusCode())
        .isEqualTo(412);
    var tag = etag(gateway.declare("web"));
    var changed = TestGateway.manifest("web").replace("replicas: 2", "replicas: 3");

    assertThat(gateway.put(WEB, YAML, changed, "If-Match", "\"3\", " + tag).statusCode())
        .isEqualTo(200);
    assertThat(gateway.put(WEB, YAML, changed, "If-Match", "*").statusCode()).isEqualTo(200);
  }

  @Test
  void If_None_Match_star_only_creates() {
    var first = gateway.put(WEB, YAML, TestGateway.manifest("web"), "If-None-Match", "*");
    var second = gateway.put(WEB, YAML, TestGateway.manifest("web"), "If-None-Match", "*");

    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(second.statusCode()).isEqualTo(412);
  }

  @Test
  void of_many_writers_with_one_tag_one_wins() {
    var tag = etag(gateway.declare("web"));
    var threads = Executors.newFixedThreadPool(8);
    var answers = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0; i < 24; i++) {
      var manifest = TestGateway.manifest("web").replace("replicas: 2", "replicas: " + (10 + i));
      answers.add(
          CompletableFuture.supplyAsync(
              () -> gateway.put(WEB, YAML, manifest, "If-Match", tag).statusCode(), threads));
    }

    Map<Integer, Long> byStatus =
        answers.stream()
            .map(CompletableFuture::join)
            .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
    threads.shutdown();

    assertThat(byStatus).isEqualTo(Map.of(200, 1L, 412, 23L));
  }

  @Test
  void a_dry_run_and_a_plan_change_nothing() {
    var dry = gateway.put(WEB + "?dryRun=true", YAML, TestGateway.manifest("web"));
    var plan =
        gateway.send(
            gateway
                .request(WEB + "/plan")
                .header("Content-Type", YAML)
                .POST(BodyPublishers.ofString(TestGateway.manifest("web"))));

    assertThat(dry.statusCode()).as(dry.body()).isEqualTo(200);
    assertThat(dry.body()).contains("\"action\":\"create\"");
    assertThat(plan.statusCode()).as(plan.body()).isEqualTo(200);
    assertThat(plan.body()).isEqualTo(dry.body());
    assertThat(gateway.control.declared()).isEmpty();
    assertThat(
            gateway
                .put(WEB + "?dryRun=true", YAML, TestGateway.manifest("web"), "If-Match", "\"5\"")
                .statusCode())
        .isEqualTo(412);
  }

  @Test
  void a_plan_is_made_for_what_the_token_may_that_was_shown() {
    for (var role : List.of(Role.READ, Role.DEPLOY, Role.ADMIN)) {
      var plan =
          gateway.send(
              gateway
                  .anonymous(WEB + "/plan")
                  .header("Authorization", "Bearer " + gateway.token(role))
                  .header("Content-Type", YAML)
                  .POST(BodyPublishers.ofString(TestGateway.manifest("web"))));
      assertThat(plan.statusCode()).as(plan.body()).isEqualTo(200);
    }
    gateway.put(WEB + "?dryRun=true", YAML, TestGateway.manifest("web"));

    assertThat(gateway.control.planners())
        .containsExactly(Caller.MAY_READ, Caller.MAY_DEPLOY, Caller.MAY_DEPLOY, Caller.MAY_DEPLOY);
  }

  @Test
  void scale_rollback_and_restart_answer_with_the_workload() {
    gateway.declare("web");

    var scaled = post(WEB + "/scale", "{\"replicas\":7}");
    var changed = gateway.put(WEB, YAML, TestGateway.manifest("web").replace("1000", "2000"));
    var back = post(WEB + "/rollback", "{\"revision\":1}");
    var restarted = gateway.send(gateway.request(WEB + "/restart").POST(BodyPublishers.noBody()));

    assertThat(scaled.body()).contains("\"replicas\":7");
    assertThat(changed.body()).contains("\"revision\":2");
    assertThat(back.body()).contains("\"revision\":3").contains("\"1000\"");
    assertThat(restarted.statusCode()).isEqualTo(200);
    assertThat(post(WEB + "/scale", "{}").statusCode()).isEqualTo(422);
    assertThat(post(WEB + "/scale", "{\"replicas\":-1}").statusCode()).isEqualTo(422);
    assertThat(post(WEB + "/rollback", "{\"revision\":99}").statusCode()).isEqualTo(404);
  }

  @Test
  void DELETE_answers_202_and_then_it_is_gone() {
    gateway.declare("web");

    var deleted = gateway.send(gateway.request(WEB).DELETE());

    assertThat(deleted.statusCode()).isEqualTo(202);
    assertThat(deleted.body()).contains("\"phase\":\"Stopping\"");
    assertThat(gateway.get(WEB).statusCode()).isEqualTo(404);
  }

  @Test
  void lists_filter_by_label_and_go_on_page_by_page() {
    for (int i = 0; i < 5; i++) {
      gateway.declare("web" + i);
    }

    var first = gateway.get("/v1/workloads?limit=3");
    var rest = gateway.get("/v1/namespaces/default/workloads?limit=3&continue=3");

    assertThat(first.body()).contains("\"web2\"").doesNotContain("\"web3\"");
    assertThat(first.body()).contains("\"continue\":\"3\"");
    assertThat(rest.body()).contains("\"web4\"").contains("\"continue\":\"\"");
    assertThat(gateway.get("/v1/workloads?label=team=shop&label=a=b").body())
        .contains("\"items\":[]");
    assertThat(gateway.get("/v1/workloads?limit=5000").statusCode()).isEqualTo(200);
  }

  @Test
  void reads_ask_for_what_the_client_has_seen() {
    gateway.send(
        gateway.request("/v1/workloads?consistent=true").header("X-Regrow-Index", "7").GET());

    assertThat(gateway.control.lastReadPoint())
        .contains(new dev.regrow.actors.control.ReadPoint(true, 7));
    assertThat(
            gateway
                .send(gateway.request("/v1/workloads").header("X-Regrow-Index", "new").GET())
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void revisions_come_in_pages_newest_first() {
    gateway.declare("web");
    gateway.put(WEB, "application/yaml", TestGateway.manifest("web") + "\n  workdir: /srv\n");

    var first = gateway.get(WEB + "/revisions?limit=1").body();
    assertThat(first).contains("\"revision\":2").doesNotContain("\"revision\":1,");
    var next = first.replaceAll("(?s).*\"continue\":\"([^\"]*)\".*", "$1");
    assertThat(gateway.get(WEB + "/revisions?limit=1&continue=" + next).body())
        .contains("\"revision\":1")
        .contains("\"continue\":\"\"");
    assertThat(gateway.get("/v1/namespaces/default/workloads/none/revisions").statusCode())
        .isEqualTo(404);
  }

  @Test
  void what_belongs_to_a_workload_is_below_it() {
    gateway.declare("web");

    assertThat(gateway.get(WEB + "/instances").body()).contains("\"slot\":\"web-0\"");
    assertThat(gateway.get(WEB + "/revisions").body()).contains("\"cause\":\"apply\"");
    assertThat(gateway.get(WEB + "/events").body()).contains("\"reason\":\"Applied\"");
    assertThat(gateway.get(WEB + "/timeline").body()).contains("\"workload\":\"web\"");
    assertThat(gateway.get("/v1/namespaces/default/instances/web-0").body())
        .contains("\"pid\":4711");
    assertThat(gateway.get("/v1/namespaces/default/workloads/no/instances").statusCode())
        .isEqualTo(404);
    assertThat(gateway.get("/v1/namespaces/default/workloads/no/timeline").statusCode())
        .isEqualTo(404);
  }

  private HttpResponse<String> post(String path, String body) {
    return gateway.send(
        gateway.request(path).header("Content-Type", JSON).POST(BodyPublishers.ofString(body)));
  }

  private static String etag(HttpResponse<?> answer) {
    return answer.headers().firstValue("ETag").orElse("none");
  }
}
