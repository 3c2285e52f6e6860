package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.client.testing.FakeGateway;
import dev.regrow.v1.Event;
import dev.regrow.v1.EventList;
import dev.regrow.v1.FieldChange;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Kind;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Reason;
import dev.regrow.v1.Severity;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import dev.regrow.v1.WorkloadPhase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MainTest {
  private static final String WEB = "/v1/namespaces/default/workloads/web";
  private static final String ALL = "/v1/namespaces/default/workloads";

  @TempDir Path folder = Path.of("");
  private final FakeGateway gateway = new FakeGateway();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void close() {
    gateway.close();
  }

  private int regrow(String... words) {
    var terminal =
        new Terminal(
            new PrintWriter(out, true), new PrintWriter(err, true), false, false, false, false);
    return Main.run(terminal, words);
  }

  private int withCluster(String... words) throws Exception {
    var token = Files.writeString(folder.resolve("token"), "secret");
    var all = new ArrayList<String>(List.of(words));
    int end = all.indexOf("--");
    all.addAll(
        end < 0 ? all.size() : end,
        List.of("--address", gateway.address(), "--token-file", token.toString(), "-n", "default"));
    return regrow(all.toArray(String[]::new));
  }

  private static Workload.Builder web(WorkloadPhase phase, int ready) {
    var web =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace("default")
            .setName("web")
            .setRevision(2)
            .setIndex(17);
    web.getStatusBuilder()
        .setPhase(phase)
        .setReady(ready)
        .setDesired(3)
        .setRevision(2)
        .setObservedIndex(17);
    return web;
  }

  private Path manifest() throws Exception {
    return Files.writeString(
        folder.resolve("web.yaml"),
        "kind: Service\nname: web\ninstance:\n  command: [/bin/true]\n  network: none\n");
  }

  @Test
  void workloads_are_a_table_whose_columns_align() throws Exception {
    gateway.answers(
        "GET " + ALL,
        WorkloadList.newBuilder()
            .addItems(web(WorkloadPhase.WORKLOAD_READY, 3))
            .addItems(web(WorkloadPhase.WORKLOAD_DEGRADED, 1).setName("a-longer-name"))
            .build());

    assertThat(withCluster("get", "workloads")).isZero();

    assertThat(out.toString())
        .isEqualTo(
            """
            NAME            KIND      READY   PHASE      REVISION   WHY
            web             Service   3/3     Ready      2          -
            a-longer-name   Service   1/3     Degraded   2          -
            """);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void json_is_that_of_the_api_and_a_name_is_only_a_name() throws Exception {
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());

    assertThat(withCluster("get", "workload", "web", "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"kind\": \"Service\"").contains("\"phase\": \"Ready\"");

    out.getBuffer().setLength(0);
    assertThat(withCluster("get", "workload", "web", "-o", "name")).isZero();
    assertThat(out.toString()).isEqualTo("web\n");
  }

  @Test
  void an_empty_list_says_so_beside_the_data() throws Exception {
    gateway.answers("GET " + ALL, WorkloadList.getDefaultInstance());

    assertThat(withCluster("get", "workloads")).isZero();

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("there are none in namespace default");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "get",
        "get workloads --wach",
        "get wrokloads",
        "scale web",
        "scale web many",
        "apply",
        "apply -f x --prune",
        "logs web --since yesterday",
        "up --nodes 2",
        "completion tcsh",
        "delete",
        "get workloads -o xml",
        "--no-such-flag"
      })
  void wrong_usage_exits_2_and_says_how_to_go_on(String words) {
    assertThat(regrow(words.split(" "))).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).startsWith("regrow: ");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"gte,get", "aply,apply", "log,logs", "scael,scale"})
  void a_mistyped_command_is_guessed(String written, String meant) {
    regrow(written);

    assertThat(err.toString()).contains("did you mean \"" + meant + "\"?");
  }

  @Test
  void a_mistyped_option_is_guessed() {
    regrow("get", "workloads", "--wach");

    assertThat(err.toString()).contains("did you mean \"--watch\"?").contains("regrow get --help");
  }

  @Test
  void a_mistyped_workload_is_guessed_from_those_that_are_there() throws Exception {
    gateway.answers(
        "GET /v1/workloads",
        WorkloadList.newBuilder().addItems(web(WorkloadPhase.WORKLOAD_READY, 3)).build());

    assertThat(withCluster("scale", "wbe", "2")).isEqualTo(ExitCode.ERROR);

    assertThat(err.toString())
        .contains("there is no workload \"wbe\" in namespace default")
        .contains("did you mean \"web\"?")
        .contains("regrow get workloads");
  }

  @ParameterizedTest
  @CsvSource({"409,6", "412,6", "401,7", "403,7", "422,1", "503,1", "507,1", "500,1"})
  void each_refusal_has_its_exit_code(int status, int exitCode) throws Exception {
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.refuses("POST " + WEB + "/scale", status, "x/not-applied", "because of that");

    assertThat(withCluster("scale", "web", "2")).isEqualTo(exitCode);

    assertThat(err.toString()).contains("because of that");
  }

  @Test
  void an_unreachable_cluster_exits_1_and_names_the_address() throws Exception {
    gateway.close();

    assertThat(withCluster("get", "workloads")).isEqualTo(ExitCode.ERROR);

    assertThat(err.toString()).contains(gateway.address()).contains("sudo regrow up");
  }

  @Test
  void an_apply_says_what_became_of_each() throws Exception {
    gateway.answers("PUT " + WEB, 201, web(WorkloadPhase.WORKLOAD_PENDING, 0).build());

    assertThat(withCluster("apply", "-f", manifest().toString())).isZero();

    assertThat(out.toString()).isEqualTo("default/web created\n");
  }

  @Test
  void an_apply_of_what_is_there_changes_nothing() throws Exception {
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.answers("PUT " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());

    withCluster("apply", "-f", manifest().toString());

    assertThat(out.toString()).isEqualTo("default/web unchanged\n");
  }

  @Test
  void a_wrong_manifest_is_named_by_file_line_and_column_and_nothing_is_sent() throws Exception {
    var wrong = Files.writeString(folder.resolve("wrong.yaml"), "kind: Service\nnmae: web\n");

    assertThat(withCluster("apply", "-f", wrong.toString(), "-f", manifest().toString()))
        .isEqualTo(ExitCode.ERROR);

    assertThat(err.toString()).contains(wrong + ":2:1").contains("did you mean");
    assertThat(gateway.lines()).isEmpty();
  }

  @Test
  void a_plan_with_changes_exits_3_and_without_0() throws Exception {
    var changed =
        Plan.newBuilder()
            .setNamespace("default")
            .setName("web")
            .setAction(PlanAction.UPDATE)
            .setRolls(true)
            .setRevisionBefore(2)
            .setRevisionAfter(3)
            .addChanges(
                FieldChange.newBuilder()
                    .setField("instance.workdir")
                    .setBefore("/")
                    .setAfter("/srv"));
    gateway.answers("POST " + WEB + "/plan", changed.build());

    assertThat(withCluster("plan", "-f", manifest().toString())).isEqualTo(ExitCode.CHANGES);
    assertThat(out.toString())
        .contains("default/web: update, revision 2 -> 3, replaces its instances")
        .contains("~ instance.workdir: / -> /srv");
    assertThat(withCluster("apply", "--dry-run", "-f", manifest().toString())).isZero();

    gateway.answers("POST " + WEB + "/plan", Plan.newBuilder().setName("web").build());
    assertThat(withCluster("plan", "-f", manifest().toString())).isZero();
  }

  @Test
  void a_wait_ends_when_all_is_ready() throws Exception {
    gateway.answers("PUT " + WEB, 201, web(WorkloadPhase.WORKLOAD_PENDING, 0).build());
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());

    assertThat(withCluster("apply", "--wait", "-f", manifest().toString())).isZero();
  }

  @Test
  void a_wait_that_is_over_exits_4_with_the_reason_and_the_last_lines() throws Exception {
    gateway.answers("PUT " + WEB, 201, web(WorkloadPhase.WORKLOAD_PENDING, 0).build());
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_PROGRESSING, 2).build());
    var broken =
        Instance.newBuilder()
            .setId("web-2-7")
            .setNamespace("default")
            .setPhase(InstancePhase.INSTANCE_BACKOFF)
            .setLast(LastEnd.newBuilder().setReason(Reason.ERROR).setExitCode(3));
    gateway.answers(
        "GET " + WEB + "/instances", InstanceList.newBuilder().addItems(broken).build());
    gateway.answersText(
        "GET /v1/namespaces/default/instances/web-2-7/logs?tail=10", "cannot bind\n");

    assertThat(withCluster("apply", "--wait", "--timeout", "200ms", "-f", manifest().toString()))
        .isEqualTo(ExitCode.TIMED_OUT);

    assertThat(err.toString())
        .contains("2/3 ready")
        .contains("web-2-7: Backoff, last: Error (exit code 3)")
        .contains("  cannot bind");
  }

  @Test
  void a_rollout_that_was_reverted_exits_5_and_names_what_failed() throws Exception {
    gateway.answers("PUT " + WEB, web(WorkloadPhase.WORKLOAD_PROGRESSING, 3).build());
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_REVERTED, 3).setRevision(3).build());
    var warning = Event.newBuilder().setSeverity(Severity.WARNING).setInstance("web-0-x");
    gateway.answers(
        "GET " + WEB + "/timeline",
        Timeline.newBuilder()
            .addItems(warning.setReason("Error").setMessage("exit code 3"))
            .addItems(warning.setReason("StartFailed").setMessage("no /bin/web"))
            .addItems(Event.newBuilder().setReason("Reverting").setSeverity(Severity.WARNING))
            .addItems(warning.setReason("Error").setMessage("of the revision after"))
            .build());

    assertThat(withCluster("apply", "--wait", "-f", manifest().toString()))
        .isEqualTo(ExitCode.ROLLED_BACK);

    assertThat(err.toString())
        .contains("was rolled back", "web-0-x: StartFailed, no /bin/web", "regrow explain web");
  }

  @Test
  void a_wait_for_what_cannot_be_placed_says_so_once() throws Exception {
    var pending = web(WorkloadPhase.WORKLOAD_PENDING, 0);
    pending.getStatusBuilder().setMessage("0/3 ready; web-0: node n1 lacks 200 MiB memory");
    gateway.answers("PUT " + WEB, 201, pending.build());
    gateway.answers("GET " + WEB, pending.build());
    gateway.answers("GET " + WEB + "/instances", InstanceList.getDefaultInstance());

    withCluster("apply", "--wait", "--timeout", "200ms", "-f", manifest().toString());

    assertThat(err.toString()).contains(": 0/3 ready; web-0: node n1 lacks 200 MiB memory\n");
  }

  @Test
  void a_change_that_changes_nothing_says_so() throws Exception {
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.answers("POST " + WEB + "/rollback", web(WorkloadPhase.WORKLOAD_READY, 3).build());

    assertThat(withCluster("rollback", "web", "1")).isZero();

    assertThat(out.toString()).isEqualTo("default/web is so already, revision 2\n");
  }

  @Test
  void a_refusal_of_one_field_is_told_once() throws Exception {
    var detail = "3:5: instance.network: is required";
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.refuses("POST " + WEB + "/scale", 422, "invalid", detail);

    withCluster("scale", "web", "2");

    assertThat(err.toString()).isEqualTo("regrow: " + detail + "\n");
  }

  @Test
  void what_describe_shows_as_declared_is_a_manifest() throws Exception {
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.answers("GET " + WEB + "/instances", InstanceList.getDefaultInstance());
    gateway.answers("GET " + WEB + "/events", EventList.getDefaultInstance());

    assertThat(withCluster("describe", "web")).isZero();

    assertThat(out.toString()).contains("  kind: Service").doesNotContain("uid:", "status:");
  }

  @Test
  void explain_tells_one_story_in_order() throws Exception {
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.answers(
        "GET " + WEB + "/timeline",
        Timeline.newBuilder()
            .addItems(Event.newBuilder().setTime(1000).setReason("Placed").setMessage("on n1"))
            .addItems(Event.newBuilder().setTime(2500).setReason("OOMKilled").setMessage("at 64Mi"))
            .build());

    assertThat(withCluster("explain", "web")).isZero();

    assertThat(out.toString().lines().skip(1))
        .satisfiesExactly(
            one -> assertThat(one).contains("Placed").endsWith("on n1"),
            two -> assertThat(two).contains("OOMKilled").endsWith("at 64Mi"));
  }

  @Test
  void what_init_writes_is_valid() {
    var file = folder.resolve("regrow.yaml").toString();

    assertThat(regrow("init", file, "--name", "shop")).isZero();
    assertThat(regrow("validate", "-f", file)).isZero();
    assertThat(out.toString()).contains("shop is valid");
    assertThat(regrow("init", file)).isEqualTo(ExitCode.ERROR);
  }

  @Test
  void a_quick_run_is_a_service_with_what_was_said() throws Exception {
    gateway.answers("PUT " + WEB, 201, web(WorkloadPhase.WORKLOAD_PENDING, 0).build());

    assertThat(
            withCluster(
                "run", "web", "--memory", "64Mi", "--replicas", "2", "--", "sleep", "--", "60"))
        .isZero();

    var put = gateway.asked().stream().filter(each -> each.line().startsWith("PUT")).findFirst();
    var sent = Workload.parseFrom(put.orElseThrow().body());
    assertThat(sent.getInstance().getResources().getMemory()).isEqualTo(64 << 20);
    assertThat(sent.getReplicas()).isEqualTo(2);
    assertThat(sent.getInstance().getCommandList()).startsWith("sleep");
  }

  @Test
  void every_command_has_help_that_exits_0_on_the_output() {
    for (var name : Commands.names()) {
      if (List.of("node", "bench", "chaos").contains(name)) {
        continue; // The launcher's own, each with a help of its own.
      }
      out.getBuffer().setLength(0);
      assertThat(regrow(name, "--help")).as(name).isZero();
      assertThat(out.toString()).as(name).startsWith("Usage: regrow " + name);
    }
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "fish"})
  void completions_know_every_command(String shell) {
    assertThat(regrow("completion", shell)).isZero();

    assertThat(out.toString()).contains(Commands.names());
  }
}
