package dev.regrow.chaos.scenario;

import static dev.regrow.chaos.scenario.Typist.CONFLICT;
import static dev.regrow.chaos.scenario.Typist.DENIED;
import static dev.regrow.chaos.scenario.Typist.ERROR;
import static dev.regrow.chaos.scenario.Typist.MANIFEST;
import static dev.regrow.chaos.scenario.Typist.OK;
import static dev.regrow.chaos.scenario.Typist.ROLLED_BACK;
import static dev.regrow.chaos.scenario.Typist.TIMED_OUT;
import static dev.regrow.chaos.scenario.Typist.USAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Leftovers;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a local cluster, by the command line that people use. */
@RealNodes
class CommandLineIT {

  private static final String BROKEN =
      MANIFEST.formatted("broken").replace("/bin/bash", "/no/such/program");
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

  private final Typist user;

  CommandLineIT(@TempDir Path folder) {
    user = new Typist(folder);
  }

  @AfterEach
  void leaveNothing() {
    user.leaveNothing();
  }

  @Test
  void a_cluster_goes_up_works_goes_down_and_continues() throws IOException {
    Path web = user.file("web.yaml", MANIFEST.formatted("prod"));
    assertThat(user.up(web).out()).contains("http://" + user.address() + ":7400", "try next");
    String uid = user.uid();

    assertThat(user.regrow(OK, "get", "workloads").out()).contains("web", "Ready");
    assertThat(user.regrow(OK, "get", "workloads", "-o", "json").out()).contains("\"name\"");
    assertThat(user.regrow(OK, "get", "instances", "-o", "wide").out()).contains("web-0");
    assertThat(user.regrow(OK, "get", "nodes").out()).contains("n1");
    assertThat(user.regrow(OK, "describe", "web").out()).contains("team", "shop");
    assertThat(user.regrow(OK, "explain", "web").out()).contains("Started");
    assertThat(user.regrow(OK, "logs", "web").out()).contains("hello from prod");

    user.regrow(OK, "down");
    assertThat(Leftovers.of(uid)).isEmpty();
    user.regrow(ERROR, "get", "workloads");
    assertThat(user.data()).isNotEmptyDirectory();

    user.up();
    user.regrow(OK, "rollout", "status", "web", "--timeout", "30s");
    assertThat(user.regrow(OK, "logs", "web").out()).contains("hello from prod");
    assertThat(user.uid()).as("it is the same node").isEqualTo(uid);

    user.regrow(OK, "down", "--purge", "--yes");
    assertThat(Leftovers.of(uid)).isEmpty();
    assertThat(user.data()).doesNotExist();
    user.regrow(OK, "down");
  }

  @Test
  void the_exit_code_says_what_kind_of_failure_it_was() throws IOException {
    user.regrow(USAGE, "frobnicate");
    user.regrow(USAGE, "get");
    user.regrow(USAGE, "scale", "web", "many");
    user.regrow(ERROR, "get", "workloads");
    Path wrong = user.file("wrong.yaml", MANIFEST.formatted("x").replace("kind:", "knid:"));
    assertThat(user.regrow(ERROR, "validate", "-f", wrong).err()).contains("knid", "kind", "1:1");

    user.up(user.file("web.yaml", MANIFEST.formatted("prod")));
    assertThat(user.regrow(ERROR, "get", "workloads", "wbe").err()).contains("wbe");
    Path token = user.file("token", "rg_wrong_token");
    user.regrow(DENIED, "get", "workloads", "--token-file", token);

    Path broken = user.file("broken.yaml", BROKEN);
    assertThat(user.regrow(ROLLED_BACK, "apply", "-f", broken, "--wait", "--timeout", "30s").err())
        .contains("rolled back", "regrow explain web");
    assertThat(user.regrow(OK, "explain", "web").out()).contains("/no/such/program");
    Path fleeting = user.file("fleeting.yaml", BROKEN.replace("/no/such/program", "/bin/false"));
    assertThat(
            user.regrow(ROLLED_BACK, "apply", "-f", fleeting, "--wait", "--timeout", "30s").err())
        .contains("rolled back", "exited with code 1");
    Path hopeless = user.file("hopeless.yaml", BROKEN.replace("name: web", "name: hopeless"));
    assertThat(user.regrow(TIMED_OUT, "apply", "-f", hopeless, "--wait", "--timeout", "2s").err())
        .contains("/no/such/program");

    Path stubborn = user.file("stubborn.yaml", STUBBORN);
    user.regrow(OK, "apply", "-f", stubborn, "--wait", "--timeout", "30s");
    user.regrow(OK, "delete", "stubborn");
    user.regrow(CONFLICT, "apply", "-f", stubborn);
    user.regrow(OK, "delete", "hopeless", "--wait", "--timeout", "30s");
  }
}
