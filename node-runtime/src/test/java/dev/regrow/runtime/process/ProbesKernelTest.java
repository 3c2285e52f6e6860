package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.Probe.Outcome;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.network.NodeNetwork;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProbesKernelTest extends RuntimeCase {

  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Answers 200 to GET /well and 503 to anything else. */
  private static final String SERVER =
      """
      import http.server, os
      class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
          self.send_response(200 if self.path == '/well' else 503)
          self.end_headers()
      http.server.HTTPServer(('0.0.0.0', 18080), Handler).serve_forever()
      """;

  @ParameterizedTest
  @EnumSource(Network.class)
  void a_server_is_asked_in_its_own_network(Network network) throws Exception {
    assumeTrue(network != Network.BRIDGE || NodeNetwork.lack().isEmpty(), "needs nft");
    var instance = launch(network, "/usr/bin/python3", "-c", SERVER);
    awaitWell(instance, new Probe.Tcp(18080));

    assertThat(ask(instance, new Probe.Http(18080, "/well"))).isEqualTo(Outcome.WELL);
    assertThat(ask(instance, new Probe.Http(18080, "/ill")).message()).isEqualTo("answered 503");
    assertThat(ask(instance, new Probe.Tcp(18081)).message())
        .isEqualTo("port 18081 refuses connections");
  }

  @Test
  void a_command_sees_what_the_instance_sees_and_has_no_more_rights() throws Exception {
    var instance = launch(Network.NONE, "/bin/sh", "-c", "echo x > /tmp/mark; exec sleep 1000");
    awaitWell(instance, shell("test -e /tmp/mark"));

    assertThat(ask(instance, shell("exit 7")).message()).isEqualTo("/bin/sh exited with 7");
    for (var fact :
        List.of(
            "test $(id -u) = 1000 && test $(id -g) = 1001",
            "test $(pwd) = /tmp",
            "test \"$MODE\" = test",
            "test $(hostname) = web-1",
            "test $(cat /proc/1/comm) = regrow-init",
            "test $(ls /sys/class/net) = lo",
            "grep -q 'Seccomp:.2' /proc/self/status",
            "grep -q 'NoNewPrivs:.1' /proc/self/status",
            "grep -q 'CapBnd:.0000000000000000' /proc/self/status",
            "grep -q 'CapEff:.0000000000000000' /proc/self/status",
            "test $(ulimit -c) = 0",
            "test $(ls /proc/self/fd | wc -l) = 4", // with that of ls itself
            "! grep -q '\\.\\./' /proc/self/cgroup", // below the instance's own
            "! cat /etc/shadow 2>/dev/null")) {
      assertThat(ask(instance, shell(fact))).as(fact).isEqualTo(Outcome.WELL);
    }
  }

  @Test
  void a_command_counts_towards_the_limits_of_the_instance() throws Exception {
    var instance = launch(Network.NONE, "/bin/sh", "-c", "exec sleep 1000");
    awaitWell(instance, shell("true"));

    var outcome = ask(instance, shell("for i in $(seq 100); do sleep 5 & done 2>/dev/null; wait"));

    assertThat(outcome.well()).isFalse();
  }

  @Test
  void a_command_that_hangs_is_killed_when_its_time_is_over() throws Exception {
    var instance = launch(Network.NONE, "/bin/sh", "-c", "exec sleep 1000");
    awaitWell(instance, shell("true"));

    assertThat(get(instance.probe(new Probe.Exec(List.of("/bin/sleep", "77")), SECOND)).message())
        .isEqualTo("/bin/sleep did not end within 1000 ms");

    awaitWell(instance, shell("! grep -lq '^sleep.77' /proc/[0-9]*/cmdline"));
  }

  @Test
  void a_command_that_is_not_there_is_named() throws Exception {
    var instance = launch(Network.NONE, "/bin/sh", "-c", "exec sleep 1000");

    assertThat(ask(instance, new Probe.Exec(List.of("/bin/nowhere"))).message())
        .isEqualTo("cannot run /bin/nowhere: exec failed on /bin/nowhere (errno 2)");
  }

  @Test
  void an_adopted_instance_is_asked_like_any_other() throws Exception {
    launch(Network.NONE, "/usr/bin/python3", "-c", SERVER);
    agent().close();
    var instance = restart().get(0);

    awaitWell(instance, new Probe.Http(18080, "/well"));
    assertThat(ask(instance, shell("test \"$MODE\" = test"))).isEqualTo(Outcome.WELL);
  }

  @Test
  void what_has_ended_is_not_well() throws Exception {
    var instance = launch(Network.NONE, "/bin/true");
    get(instance.ended());

    assertThat(ask(instance, shell("true")).well()).isFalse();
    assertThat(ask(instance, new Probe.Tcp(80)).well()).isFalse();
  }

  private static Probe shell(String script) {
    return new Probe.Exec(List.of("/bin/sh", "-c", script));
  }

  private Outcome ask(RunningInstance instance, Probe probe) throws Exception {
    return get(instance.probe(probe, SECOND.multipliedBy(5)));
  }

  private void awaitWell(RunningInstance instance, Probe probe) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (var outcome = ask(instance, probe); !outcome.well(); outcome = ask(instance, probe)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE + "; " + outcome);
      }
    }
  }
}
