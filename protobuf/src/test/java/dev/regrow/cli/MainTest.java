package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Cluster;
import dev.regrow.v1.Event;
import dev.regrow.v1.EventList;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Member;
import dev.regrow.v1.Network;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Problem;
import dev.regrow.v1.Pulling;
import dev.regrow.v1.Revision;
import dev.regrow.v1.RevisionList;
import dev.regrow.v1.StoreHealth;
import dev.regrow.v1.StoreServer;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.WorkloadList;
import dev.regrow.v1.WorkloadPhase;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands show, and what they say of wrong usage. */
class MainTest extends CommandLineCase {

  private static final String INSTANCE = "/v1/namespaces/default/instances/web-0-a";

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

  @ParameterizedTest
  @ValueSource(strings = {"whatif", "trigger"})
  void a_command_of_a_later_release_says_that_it_is_one(String name) {
    assertThat(regrow(name, "n1")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("in this release yet").doesNotContain("did you mean");
  }

  @ParameterizedTest
  @CsvSource({
    "scale web,N is missing",
    "scale,NAME is missing",
    "node-ctl drain,NODE is missing",
    "run web,CMD is missing",
    "image frob,'it is list, pull or rm'"
  })
  void what_is_missing_is_named(String words, String said) throws Exception {
    assertThat(withCluster(words.split(" "))).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains(said);
  }

  @ParameterizedTest
  @CsvSource({
    "config/c,1,there is no config default/c,regrow get configs",
    "secret/s,1,there is no secret default/s,regrow get secrets",
    "volume/v,1,there is no volume default/v,regrow get volumes",
    "node/n1,2,cannot be deleted,regrow node-ctl remove",
    "instance/web,2,cannot be deleted,instance/web",
    "pod/x,2,there is no kind,workloads"
  })
  void what_cannot_be_deleted_is_called_what_it_is(String what, int code, String said, String next)
      throws Exception {
    gateway.answers("DELETE " + WEB, web(WorkloadPhase.WORKLOAD_STOPPING, 0).build());

    assertThat(withCluster("delete", what)).isEqualTo(code);

    assertThat(err.toString()).contains(said).contains(next);
  }

  @Test
  void a_file_that_is_not_there_is_said_to_be_so() {
    var none = folder.resolve("none").toString();

    assertThat(regrow("get", "nodes", "--address", "http://127.0.0.1:1", "--token-file", none))
        .isEqualTo(ExitCode.ERROR);
    assertThat(regrow("get", "nodes", "--address", "http://127.0.0.1:1", "--ca", none))
        .isEqualTo(ExitCode.ERROR);

    assertThat(err.toString()).contains("there is no such file").doesNotContain("Exception");
  }

  @Test
  void all_commands_have_their_help_in_one_column() {
    regrow("--help");

    var lines = out.toString().lines().filter(line -> line.matches("  [a-z-]+ +[A-Z].*")).toList();
    assertThat(lines).hasSize(Commands.names().size());
    assertThat(lines.stream().map(line -> line.replaceFirst("[A-Z].*", "").length()).distinct())
        .hasSize(1);
  }

  @Test
  void up_knows_the_forms_that_it_can_show() {
    assertThat(regrow("up", "-o", "yaml")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("it is table or json");
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
  void nodes_are_chosen_by_their_labels_which_the_wide_table_shows() throws Exception {
    var node = Node.newBuilder().setName("n2").putLabels("zone", "a").putLabels("disk", "ssd");
    gateway.answers(
        "GET /v1/nodes?label=zone%3Da&label=disk%3Dssd",
        NodeList.newBuilder().addItems(node).setContinue("n2").build());
    gateway.answers(
        "GET /v1/nodes?label=zone%3Da&label=disk%3Dssd&continue=n2",
        NodeList.newBuilder().addItems(node.setName("n3")).build());
    gateway.answers("GET /v1/nodes?label=zone%3Db", NodeList.getDefaultInstance());

    assertThat(withCluster("get", "nodes", "-l", "zone=a,disk=ssd", "-o", "wide")).isZero();
    assertThat(out.toString()).contains("n2", "n3", "LABELS", "disk=ssd,zone=a");

    assertThat(withCluster("get", "nodes", "-l", "zone=b")).isZero();
    assertThat(err.toString()).isEqualTo("there are none with zone=b\n");
  }

  @ParameterizedTest
  @CsvSource({
    "get node n1 -l zone=a,'give it, or the name n1'",
    "get tokens -l zone=a,tokens have no labels"
  })
  void a_selector_that_would_choose_nothing_is_refused(String words, String said) throws Exception {
    assertThat(withCluster(words.split(" "))).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains(said);
  }

  @Test
  void a_witness_is_where_it_votes_and_has_no_gateway() throws Exception {
    gateway.answers(
        "GET /v1/cluster",
        Cluster.newBuilder()
            .addMembers(
                Member.newBuilder()
                    .setName("w1")
                    .addRoles("witness")
                    .setPhase(NodePhase.NODE_READY))
            .setStore(
                StoreHealth.newBuilder()
                    .addServers(StoreServer.newBuilder().setNode("w1").setAddress("10.0.0.3:7420")))
            .build());
    gateway.answers(
        "GET /v1/nodes",
        NodeList.newBuilder()
            .addItems(
                Node.newBuilder().setName("w1").addRoles("witness").setPhase(NodePhase.NODE_READY))
            .build());

    assertThat(withCluster("cluster", "status")).isZero();
    assertThat(out.toString()).contains("10.0.0.3:7420");

    assertThat(withCluster("get", "nodes")).isZero();
    assertThat(out.toString()).endsWith("  -\n");
  }

  @Test
  void one_that_runs_out_of_memory_says_so_without_a_trace() {
    assertThat(regrowThatThrows(new OutOfMemoryError("Java heap space"))).isEqualTo(ExitCode.ERROR);

    assertThat(err.toString()).matches("regrow: version takes more memory than the \\d+ MB .*\n");
  }

  @Test
  void one_that_finds_its_own_release_gone_says_so_without_a_trace() {
    assertThat(regrowThatThrows(new NoClassDefFoundError("dev/regrow/Gone")))
        .isEqualTo(ExitCode.ERROR);

    assertThat(err.toString()).contains("NoClassDefFoundError").doesNotContain("\tat ");
  }

  private int regrowThatThrows(Error failing) {
    var broken =
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) {
            throw failing;
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    var terminal =
        new Terminal(
            new PrintWriter(broken), new PrintWriter(err, true), false, false, false, false);
    try {
      return Main.run(terminal, "version");
    } catch (Error untold) {
      throw new AssertionError("the user would see a trace", untold);
    }
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
  void what_somebody_deployed_commands_no_terminal_of_who_looks() throws Exception {
    var event = Event.newBuilder().setReason("StartFailed").setMessage("'/x\u001b[2J\u202e\n'");
    var problem = Problem.newBuilder().setStatus(409).setDetail("web: \u001b]52;c;eA==\u0007");
    gateway.answers("GET /v1/events", EventList.newBuilder().addItems(event).build());
    gateway.answers("GET " + WEB, web(WorkloadPhase.WORKLOAD_READY, 3).build());
    gateway.answers("GET " + WEB + "/timeline", 409, problem.build());

    assertThat(withCluster("get", "events", "-A")).isZero();
    assertThat(withCluster("explain", "web")).isEqualTo(ExitCode.CONFLICT);

    assertThat(out.toString()).endsWith("   '/x\\u001b[2J\\u202e\\n'\n");
    assertThat(err.toString()).startsWith("regrow: web: \\u001b]52;c;eA==\\u0007\n");
  }

  @Test
  void logs_are_what_was_written_byte_by_byte() throws Exception {
    var instances = InstanceList.newBuilder();
    for (var id : List.of("web-0-a", "web-1-a")) {
      instances.addItems(
          Instance.newBuilder().setNamespace("default").setId(id).setNode("n1").build());
      gateway.answersText(
          "GET /v1/namespaces/default/instances/" + id + "/logs", "\u001b[32mok\u001b[0m\n");
    }
    gateway.answers("GET " + WEB + "/instances", instances.build());

    assertThat(withCluster("logs", "web")).isZero();

    assertThat(out).hasToString("web-0-a  \u001b[32mok\u001b[0m\nweb-1-a  \u001b[32mok\u001b[0m\n");
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
  void describe_names_each_relaxation_that_a_workload_asks_for() throws Exception {
    var web = web(WorkloadPhase.WORKLOAD_READY, 3);
    web.getInstanceBuilder().setUser("0").setNetwork(Network.BRIDGE);
    gateway.answers("GET " + WEB, web.build());
    gateway.answers("GET " + WEB + "/instances", InstanceList.getDefaultInstance());
    gateway.answers("GET " + WEB + "/events", EventList.getDefaultInstance());

    assertThat(withCluster("describe", "web")).isZero();

    assertThat(out.toString())
        .contains(
            """
            Relaxations:
              hostFilesystem: the host's programs (there is no image) (instance.image)
              root: user 0 (instance.user)
            """);
  }

  @Test
  void describe_of_an_instance_tells_the_relaxations_of_the_revision_that_it_runs()
      throws Exception {
    var plain = InstanceTemplate.newBuilder().setImage("oci:r.example/web:1").setUser("1000");
    var instance =
        Instance.newBuilder().setId("web-0-a").setNamespace("default").setWorkload("web");
    gateway.answers("GET " + INSTANCE, instance.setRevision(1).build());
    gateway.answers(
        "GET " + WEB + "/revisions",
        RevisionList.newBuilder()
            .addItems(
                Revision.newBuilder()
                    .setRevision(2)
                    .setInstance(plain.clone().setNetwork(Network.HOST)))
            .addItems(Revision.newBuilder().setRevision(1).setInstance(plain))
            .build());

    assertThat(withCluster("describe", "instance", "web-0-a")).isZero();
    assertThat(out.toString()).contains("Relaxations: none");

    out.getBuffer().setLength(0);
    gateway.answers("GET " + INSTANCE, instance.setRevision(2).build());
    assertThat(withCluster("describe", "instance", "web-0-a")).isZero();
    assertThat(out.toString()).contains("hostNetwork: the network of the host (instance.network)");

    out.getBuffer().setLength(0);
    gateway.answers("GET " + INSTANCE, instance.setRevision(7).build());
    assertThat(withCluster("describe", "instance", "web-0-a")).isZero();
    assertThat(out.toString()).contains("revision 7").doesNotContain("Relaxations");
  }

  @Test
  void an_instance_whose_image_is_on_its_way_says_so_in_the_list() throws Exception {
    var pulling =
        Instance.newBuilder()
            .setId("web-0-a")
            .setSlot("web-0")
            .setNode("n1")
            .setPhase(InstancePhase.INSTANCE_STARTING)
            .setMessage("pulls oci:r.example/web:1: 1 of 9 MB, 0 of 1 layers")
            .setPulling(Pulling.newBuilder().setLayersInAll(1));
    gateway.answers(
        "GET /v1/namespaces/default/instances",
        InstanceList.newBuilder().addItems(pulling).build());

    assertThat(withCluster("get", "instances")).isZero();

    assertThat(out.toString()).contains("pulls oci:r.example/web:1: 1 of 9 MB, 0 of 1 layers");
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
