package dev.regrow.chaos.scenario;

import static dev.regrow.chaos.scenario.Typist.CHANGES;
import static dev.regrow.chaos.scenario.Typist.CONFLICT;
import static dev.regrow.chaos.scenario.Typist.DENIED;
import static dev.regrow.chaos.scenario.Typist.ERROR;
import static dev.regrow.chaos.scenario.Typist.MANIFEST;
import static dev.regrow.chaos.scenario.Typist.OK;
import static dev.regrow.chaos.scenario.Typist.TIMED_OUT;
import static dev.regrow.chaos.scenario.Typist.USAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The life of workloads in one cluster, by the command line that people use. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class WorkloadCommandsIT {

  private static final String HUGE =
      """
      kind: Service
      name: huge
      replicas: 2
      instance:
        command: [/bin/sleep, infinity]
        network: none
        resources: {memory: 8Ti}
      """;

  private Typist user;
  private int made;

  @BeforeAll
  void begin(@TempDir Path folder) {
    user = new Typist(folder);
    user.up();
  }

  @AfterAll
  void leaveNothing() {
    user.leaveNothing();
  }

  @Test
  void a_workload_is_planned_changed_scaled_rolled_back_and_deleted() throws IOException {
    Path web = user.file("web.yaml", MANIFEST.formatted("prod"));
    user.up(web);

    user.regrow(OK, "plan", "-f", web);
    Path changed = user.file("changed.yaml", MANIFEST.formatted("beta"));
    assertThat(user.regrow(CHANGES, "plan", "-f", changed).out()).contains("MODE");
    user.regrow(OK, "apply", "-f", changed, "--dry-run");
    assertThat(user.regrow(OK, "logs", "web").out()).contains("prod").doesNotContain("beta");
    user.regrow(OK, "apply", "-f", changed, "--wait", "--timeout", "30s");
    assertThat(user.regrow(OK, "logs", "web").out()).contains("hello from beta");

    user.regrow(OK, "scale", "web", "2");
    user.regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(user.regrow(OK, "get", "instances", "-o", "name").out().lines()).hasSize(2);
    user.regrow(OK, "rollback", "web");
    user.regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(user.regrow(OK, "logs", "web").out()).contains("hello from prod");
    assertThat(user.regrow(OK, "history", "web").out()).contains("1", "2", "3", "rollback");

    String before = user.regrow(OK, "get", "instances", "-o", "name").out();
    user.regrow(OK, "restart", "web");
    user.regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(user.regrow(OK, "get", "instances", "-o", "name").out()).isNotEqualTo(before);

    delete("web");
    assertThat(user.regrow(ERROR, "get", "workloads", "web").err()).contains("web");
  }

  @Test
  void a_workload_that_is_too_large_shows_its_slots_as_pending() throws IOException {
    Path huge = user.file("huge.yaml", HUGE);
    user.regrow(TIMED_OUT, "apply", "-f", huge, "--wait", "--timeout", "1s");

    assertThat(user.regrow(OK, "get", "instances").out()).contains("huge-1", "Pending", "lacks");
    assertThat(user.regrow(OK, "get", "instances", "huge", "-o", "name").out().lines())
        .containsExactly("huge-0", "huge-1");
    assertThat(user.regrow(OK, "describe", "huge").out()).contains("huge-0", "Pending", "lacks");
    assertThat(user.regrow(OK, "describe", "instance", "huge-1").out())
        .contains("Pending", "lacks");
    assertThat(user.regrow(OK, "logs", "huge").err()).contains("huge-0 is not placed");
    delete("huge");
  }

  @Test
  void tokens_let_in_for_what_and_as_long_as_they_should() throws IOException {
    user.up(user.file("web.yaml", MANIFEST.formatted("prod")));
    Path reader = token("--role", "read");
    Path deployer = token("--role", "deploy", "-n", "shop", "-n", "default", "--ttl", "1h");
    Path foreigner = token("--role", "deploy", "-n", "shop");
    Path joiner = token("--role", "join");

    assertThat(user.regrow(OK, "get", "workloads", "--token-file", reader).out()).contains("web");
    user.regrow(DENIED, "scale", "web", "2", "--token-file", reader);
    user.regrow(OK, "scale", "web", "2", "--token-file", deployer);
    user.regrow(DENIED, "scale", "web", "1", "--token-file", foreigner);
    user.regrow(DENIED, "get", "workloads", "--token-file", foreigner);
    user.regrow(OK, "get", "workloads", "-n", "shop", "--token-file", foreigner);
    user.regrow(DENIED, "get", "nodes", "--token-file", joiner);
    user.regrow(DENIED, "get", "tokens", "--token-file", deployer);
    assertThat(user.regrow(OK, "token", "list").out())
        .contains("admin", "shop,default", "in 59m", "never")
        .doesNotContain(Files.readString(reader).strip());

    String id = Files.readString(reader).split("\\.", 2)[0];
    user.regrow(OK, "token", "revoke", id);
    user.regrow(DENIED, "get", "workloads", "--token-file", reader);
    assertThat(user.regrow(OK, "get", "tokens", "-o", "name").out()).doesNotContain(id);
    assertThat(user.regrow(ERROR, "token", "revoke", id).err()).contains("there is no token");
    user.regrow(CONFLICT, "token", "revoke", "admin");
    user.regrow(USAGE, "token", "create");
    user.regrow(USAGE, "token", "create", "--role", "emperor");

    user.up();
    user.regrow(OK, "scale", "web", "1", "--token-file", deployer);
    user.regrow(DENIED, "get", "workloads", "--token-file", reader);
    delete("web");
  }

  private void delete(String workload) {
    user.regrow(OK, "delete", workload, "--wait", "--timeout", "30s");
  }

  private Path token(Object... wanted) throws IOException {
    var arguments = new ArrayList<Object>(List.of("token", "create"));
    arguments.addAll(List.of(wanted));
    made++;
    return user.file("token-" + made, user.regrow(OK, arguments.toArray()).out());
  }
}
