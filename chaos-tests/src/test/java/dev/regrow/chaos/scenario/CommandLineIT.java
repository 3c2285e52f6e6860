package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Leftovers;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a local cluster and of its workloads, by the command line that people use. */
@RealNodes
class CommandLineIT {

  private static final int OK = 0;
  private static final int ERROR = 1;
  private static final int USAGE = 2;
  private static final int CHANGES = 3;
  private static final int TIMED_OUT = 4;
  private static final int ROLLED_BACK = 5;
  private static final int CONFLICT = 6;
  private static final int DENIED = 7;

  private static final String MANIFEST =
      """
      kind: Service
      name: web
      labels: {team: shop}
      instance:
        command: [/bin/bash, -c, "echo hello from $MODE; exec sleep infinity"]
        env: {MODE: %s}
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      update: {progressDeadline: 3s}
      """;
  private static final String BROKEN =
      MANIFEST.formatted("broken").replace("/bin/bash", "/no/such/program");
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
  private static final String STUBBORN =
      """
      kind: Service
      name: stubborn
      instance:
        command: [/bin/bash, -c, "trap '' TERM; while :; do sleep 1; done"]
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 4s}
      """;

  private final String address = Arena.nextAddress();

  private Path folder = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void chooseFolders(@TempDir Path empty) {
    folder = empty;
    data = folder.resolve("data");
  }

  @AfterEach
  void leaveNothing() {
    regrow(OK, "down", "--purge", "--yes", "--data", data);
  }

  @Test
  void a_cluster_goes_up_works_goes_down_and_continues() throws IOException {
    Path web = manifest("web.yaml", MANIFEST.formatted("prod"));
    assertThat(up(web).out()).contains("http://" + address + ":7400", "try next");
    String uid = uid();

    assertThat(regrow(OK, "get", "workloads").out()).contains("web", "Ready");
    assertThat(regrow(OK, "get", "workloads", "-o", "json").out()).contains("\"name\"");
    assertThat(regrow(OK, "get", "instances", "-o", "wide").out()).contains("web-0");
    assertThat(regrow(OK, "get", "nodes").out()).contains("n1");
    assertThat(regrow(OK, "describe", "web").out()).contains("team", "shop");
    assertThat(regrow(OK, "explain", "web").out()).contains("Started");
    assertThat(regrow(OK, "logs", "web").out()).contains("hello from prod");

    regrow(OK, "down");
    assertThat(Leftovers.of(uid)).isEmpty();
    regrow(ERROR, "get", "workloads");
    assertThat(data).isNotEmptyDirectory();

    up();
    regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(regrow(OK, "logs", "web").out()).contains("hello from prod");
    assertThat(uid()).as("it is the same node").isEqualTo(uid);

    regrow(OK, "down", "--purge", "--yes");
    assertThat(Leftovers.of(uid)).isEmpty();
    assertThat(data).doesNotExist();
    regrow(OK, "down");
  }

  @Test
  void a_workload_is_planned_changed_scaled_rolled_back_and_deleted() throws IOException {
    Path web = manifest("web.yaml", MANIFEST.formatted("prod"));
    up(web);

    regrow(OK, "plan", "-f", web);
    Path changed = manifest("changed.yaml", MANIFEST.formatted("beta"));
    assertThat(regrow(CHANGES, "plan", "-f", changed).out()).contains("MODE");
    regrow(OK, "apply", "-f", changed, "--dry-run");
    assertThat(regrow(OK, "logs", "web").out()).contains("prod").doesNotContain("beta");
    regrow(OK, "apply", "-f", changed, "--wait", "--timeout", "30s");
    assertThat(regrow(OK, "logs", "web").out()).contains("hello from beta");

    regrow(OK, "scale", "web", "2");
    regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(regrow(OK, "get", "instances", "-o", "name").out().lines()).hasSize(2);
    regrow(OK, "rollback", "web");
    regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(regrow(OK, "logs", "web").out()).contains("hello from prod");
    assertThat(regrow(OK, "history", "web").out()).contains("1", "2", "3", "rollback");

    String before = regrow(OK, "get", "instances", "-o", "name").out();
    regrow(OK, "restart", "web");
    regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(regrow(OK, "get", "instances", "-o", "name").out()).isNotEqualTo(before);

    regrow(OK, "delete", "web", "--wait", "--timeout", "30s");
    assertThat(regrow(ERROR, "get", "workloads", "web").err()).contains("web");
  }

  @Test
  void the_exit_code_says_what_kind_of_failure_it_was() throws IOException {
    regrow(USAGE, "frobnicate");
    regrow(USAGE, "get");
    regrow(USAGE, "scale", "web", "many");
    regrow(ERROR, "get", "workloads");
    Path wrong = manifest("wrong.yaml", MANIFEST.formatted("x").replace("kind:", "knid:"));
    assertThat(regrow(ERROR, "validate", "-f", wrong).err()).contains("knid", "kind", "1:1");

    up(manifest("web.yaml", MANIFEST.formatted("prod")));
    assertThat(regrow(ERROR, "get", "workloads", "wbe").err()).contains("wbe");
    Path token = manifest("token", "rg_wrong_token");
    regrow(DENIED, "get", "workloads", "--token-file", token);

    Path broken = manifest("broken.yaml", BROKEN);
    assertThat(regrow(ROLLED_BACK, "apply", "-f", broken, "--wait", "--timeout", "30s").err())
        .contains("rolled back", "regrow explain web");
    assertThat(regrow(OK, "explain", "web").out()).contains("/no/such/program");
    Path fleeting = manifest("fleeting.yaml", BROKEN.replace("/no/such/program", "/bin/false"));
    assertThat(regrow(ROLLED_BACK, "apply", "-f", fleeting, "--wait", "--timeout", "30s").err())
        .contains("rolled back", "exited with code 1");
    Path hopeless = manifest("hopeless.yaml", BROKEN.replace("name: web", "name: hopeless"));
    assertThat(regrow(TIMED_OUT, "apply", "-f", hopeless, "--wait", "--timeout", "2s").err())
        .contains("/no/such/program");

    Path stubborn = manifest("stubborn.yaml", STUBBORN);
    regrow(OK, "apply", "-f", stubborn, "--wait", "--timeout", "30s");
    regrow(OK, "delete", "stubborn");
    regrow(CONFLICT, "apply", "-f", stubborn);
    regrow(OK, "delete", "hopeless", "--wait", "--timeout", "30s");
  }

  @Test
  void a_workload_that_is_too_large_shows_its_slots_as_pending() throws IOException {
    up();
    Path huge = manifest("huge.yaml", HUGE);
    regrow(TIMED_OUT, "apply", "-f", huge, "--wait", "--timeout", "1s");

    assertThat(regrow(OK, "get", "instances").out()).contains("huge-1", "Pending", "lacks");
    assertThat(regrow(OK, "get", "instances", "huge", "-o", "name").out().lines())
        .containsExactly("huge-0", "huge-1");
    assertThat(regrow(OK, "describe", "huge").out()).contains("huge-0", "Pending", "lacks");
    assertThat(regrow(OK, "describe", "instance", "huge-1").out()).contains("Pending", "lacks");
    assertThat(regrow(OK, "logs", "huge").err()).contains("huge-0 is not placed");
  }

  @Test
  void tokens_let_in_for_what_and_as_long_as_they_should() throws IOException {
    up(manifest("web.yaml", MANIFEST.formatted("prod")));
    Path reader = token("--role", "read");
    Path deployer = token("--role", "deploy", "-n", "shop", "-n", "default", "--ttl", "1h");
    Path foreigner = token("--role", "deploy", "-n", "shop");
    Path joiner = token("--role", "join");

    assertThat(regrow(OK, "get", "workloads", "--token-file", reader).out()).contains("web");
    regrow(DENIED, "scale", "web", "2", "--token-file", reader);
    regrow(OK, "scale", "web", "2", "--token-file", deployer);
    regrow(DENIED, "scale", "web", "1", "--token-file", foreigner);
    regrow(DENIED, "get", "workloads", "--token-file", foreigner);
    regrow(OK, "get", "workloads", "-n", "shop", "--token-file", foreigner);
    regrow(DENIED, "get", "nodes", "--token-file", joiner);
    regrow(DENIED, "get", "tokens", "--token-file", deployer);
    assertThat(regrow(OK, "token", "list").out())
        .contains("admin", "shop,default", "in 59m", "never")
        .doesNotContain(Files.readString(reader).strip());

    String id = Files.readString(reader).split("\\.", 2)[0];
    regrow(OK, "token", "revoke", id);
    regrow(DENIED, "get", "workloads", "--token-file", reader);
    assertThat(regrow(OK, "get", "tokens", "-o", "name").out()).doesNotContain(id);
    assertThat(regrow(ERROR, "token", "revoke", id).err()).contains("there is no token");
    regrow(CONFLICT, "token", "revoke", "admin");
    regrow(USAGE, "token", "create");
    regrow(USAGE, "token", "create", "--role", "emperor");

    up();
    regrow(OK, "scale", "web", "1", "--token-file", deployer);
    regrow(DENIED, "get", "workloads", "--token-file", reader);
  }

  private Path token(Object... wanted) throws IOException {
    var arguments = new ArrayList<Object>(List.of("token", "create"));
    arguments.addAll(List.of(wanted));
    Path file = Files.createTempFile(folder, "made", ".token");
    return Files.writeString(file, regrow(OK, arguments.toArray()).out());
  }

  private Shell.Said up(Path... manifests) {
    var arguments = new ArrayList<Object>(List.of("up", "--data", data, "--bind", address));
    arguments.addAll(List.of(manifests));
    arguments.addAll(List.of("--timeout", "1m"));
    return regrow(OK, arguments.toArray());
  }

  private Path manifest(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private String uid() throws IOException {
    Context context = ContextFile.at(contextFile()).read().orElseThrow();
    try (var client = RegrowClient.of(context)) {
      return client.send(Calls.node("n1")).getUid();
    }
  }

  private Path contextFile() {
    return folder.resolve("context.json");
  }

  private Shell.Said regrow(int code, Object... arguments) {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    var environment = Map.of("REGROW_CONTEXT", contextFile().toString(), "NO_COLOR", "1");
    return Shell.ask(command, environment).expect(code);
  }
}
