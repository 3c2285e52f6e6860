package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Event;
import dev.regrow.v1.FieldChange;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.NamespaceList;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Reason;
import dev.regrow.v1.Relaxation;
import dev.regrow.v1.Severity;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadList;
import dev.regrow.v1.WorkloadPhase;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Commands that change something, and wait for it. */
class ChangesTest extends CommandLineCase {

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
  void namespaces_are_applied_first_and_deleted_last() throws Exception {
    var both =
        Files.writeString(
            folder.resolve("shop.yaml"),
            Files.readString(manifest()) + "---\nkind: Namespace\nname: default\nallow: []\n");
    var declared = Namespace.newBuilder().setName("default").setIndex(5).build();
    gateway.answers("PUT " + WEB, 201, web(WorkloadPhase.WORKLOAD_PENDING, 0).build());
    gateway.answers("PUT /v1/namespaces/default", 200, declared);
    gateway.answers("DELETE " + WEB, 202, web(WorkloadPhase.WORKLOAD_STOPPING, 0).build());
    gateway.answers("DELETE /v1/namespaces/default", 202, declared);

    assertThat(withCluster("apply", "-f", both.toString())).isZero();
    assertThat(withCluster("delete", "-f", both.toString())).isZero();

    assertThat(out.toString())
        .isEqualTo(
            """
            namespace default changed
            default/web created
            default/web is being deleted
            namespace default deleted
            """);
  }

  @Test
  void a_namespace_in_a_manifest_makes_pruning_go_no_further() throws Exception {
    var both =
        Files.writeString(
            folder.resolve("shop.yaml"),
            Files.readString(manifest()) + "---\nkind: Namespace\nname: shop\nallow: []\n");
    gateway.answers("PUT " + WEB, 201, web(WorkloadPhase.WORKLOAD_PENDING, 0).build());
    gateway.answers("PUT /v1/namespaces/shop", 201, Namespace.newBuilder().setName("shop").build());
    gateway.answers("GET " + ALL + "?label=team%3Dshop", WorkloadList.getDefaultInstance());

    assertThat(withCluster("apply", "-f", both.toString(), "--prune", "-l", "team=shop")).isZero();

    assertThat(gateway.lines()).noneMatch(line -> line.contains("/v1/workloads"));
  }

  @Test
  void namespaces_are_shown_with_what_they_allow() throws Exception {
    var shop =
        Namespace.newBuilder()
            .setName("shop")
            .addAllow(Relaxation.HOST_PATH)
            .addAllow(Relaxation.ROOT)
            .build();
    gateway.answers("GET /v1/namespaces", NamespaceList.newBuilder().addItems(shop).build());
    gateway.answers("GET /v1/namespaces/shop", shop);

    assertThat(withCluster("get", "namespaces")).isZero();
    assertThat(withCluster("describe", "ns", "shop")).isZero();

    assertThat(out.toString()).contains("ALLOWS", "hostPath,root", "- hostPath");
    assertThat(withCluster("get", "namespace", "other")).isEqualTo(ExitCode.ERROR);
    assertThat(err.toString()).contains("\"other\" is not declared");
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
  void a_dry_run_is_shown_in_the_form_that_was_asked_for() throws Exception {
    var plan = Plan.newBuilder().setNamespace("default").setName("web").setRevisionAfter(1);
    gateway.answers("POST " + WEB + "/plan", plan.setAction(PlanAction.CREATE).build());

    assertThat(withCluster("apply", "--dry-run", "-f", manifest().toString(), "-o", "json"))
        .isZero();

    assertThat(out.toString()).startsWith("{").contains("\"revisionAfter\": 1");
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
}
