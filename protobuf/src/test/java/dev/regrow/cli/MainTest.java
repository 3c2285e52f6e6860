package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Event;
import dev.regrow.v1.EventList;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.WorkloadList;
import dev.regrow.v1.WorkloadPhase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands show, and what they say of wrong usage. */
class MainTest extends CommandLineCase {

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
        "up --nodes two",
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
  void an_exec_that_never_ran_exits_125_whatever_was_in_its_way() throws Exception {
    gateway.answers("GET /v1/namespaces/default/instances", InstanceList.getDefaultInstance());
    assertThat(withCluster("exec", "web", "--", "true")).as("absent").isEqualTo(125);
    assertThat(err.toString()).contains("there is no instance or workload \"web\"");

    gateway.refuses("GET /v1/namespaces/default/instances/web", 403, "x/denied", "not for you");
    assertThat(withCluster("exec", "web", "--", "true")).as("denied").isEqualTo(125);

    gateway.close();
    assertThat(withCluster("exec", "web", "--", "true")).as("unreachable").isEqualTo(125);
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
