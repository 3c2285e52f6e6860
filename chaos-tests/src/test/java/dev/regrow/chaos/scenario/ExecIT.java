package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.scenario.Shell.Said;
import dev.regrow.client.Calls;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People in their instances, by the command line, from whichever node. */
@RealNodes
class ExecIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  private static final String MANIFEST =
      """
      kind: Service
      name: web
      replicas: 2
      instance:
        command: [/usr/bin/python3, -m, http.server, "8080", --bind, 127.0.0.1]
        network: none
        workdir: /tmp
        resources: {cpu: 10m, memory: 32Mi}
        stop: {grace: 1s}
      """;

  /** Types as a person would, on a terminal that is resized, and says what it saw and was left. */
  private static final String TYPIST =
      """
      import fcntl, os, pty, select, struct, sys, termios, time
      size = lambda rows, columns: fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
      own, other = pty.openpty()
      size(31, 97)
      before = termios.tcgetattr(other)
      pid = os.fork()
      if pid == 0:
        os.setsid()
        fcntl.ioctl(other, termios.TIOCSCTTY, 0)
        for fd in range(3): os.dup2(other, fd)
        os.execvp(sys.argv[1], sys.argv[1:])
      seen = b''
      def until(wanted):
        global seen
        deadline = time.monotonic() + 60
        while wanted not in seen:
          if time.monotonic() > deadline: sys.exit('no %r in %r' % (wanted, seen))
          if select.select([own], [], [], 1)[0]: seen += os.read(own, 4096)
      type = lambda text: os.write(own, text)
      until(b'$ ')
      type(b'stty size; tty\\r'); until(b'31 97'); until(b'/dev/pts/')
      type(b'sh -c \\'echo be""gun; exec sleep 1000\\'\\r'); until(b'begun'); type(b'\\x03'); type(b'echo a\\'\\'live\\r'); until(b'alive')
      size(40, 120); os.kill(pid, 28)
      type(b'while [ "$(stty size)" != "40 120" ]; do sleep 0.1; done; echo re\\'\\'sized\\r'); until(b'resized')
      type(b'exit 9\\r')
      status = os.waitpid(pid, 0)[1]
      print('code', os.waitstatus_to_exitcode(status), 'restored', termios.tcgetattr(other) == before)
      """;

  private final String address = Arena.nextAddress().replaceFirst("[0-9]+$", "101");
  private Path folder = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void chooseFolders(@TempDir Path empty) throws IOException {
    folder = empty;
    data = folder.resolve("data");
    var manifest = Files.writeString(folder.resolve("web.yaml"), MANIFEST);
    regrow(0, "up", "--nodes", 2, "--bind", address, "--data", data, manifest);
  }

  @AfterEach
  void leaveNothing() {
    regrow(0, "down", "--purge", "--yes", "--data", data);
  }

  @Test
  void people_run_commands_copy_files_and_reach_ports_in_instances_of_any_node() throws Exception {
    var instances = instances();
    assertThat(instances).extracting(Instance::getNode).containsExactlyInAnyOrder("n1", "n2");
    for (var node : ContextFile.at(folder.resolve("context.json")).read().orElseThrow().nodes()) {
      for (var instance : instances) {
        commands(node.address(), instance.getId());
      }
    }
    files(instances.get(0).getId());
    files(instances.get(1).getId());
    ports(instances.get(0).getId());
    ports(instances.get(1).getId());
    terminal(instances.get(0).getId());
    terminal(instances.get(1).getId());
    assertThat(regrow(0, "exec", "-t", instances.get(0).getId(), "--", "cat").err())
        .contains("standard input is no terminal: going on without -t");
    var top = regrow(0, "top").out();
    assertThat(top).contains("n1", "n2", instances.get(0).getId(), instances.get(1).getId());
    assertThat(regrow(1, "top", "nothing").err()).contains("nothing of \"nothing\" runs");
    attempts(instances.get(1).getId());
    assertThat(regrow(2, "exec", "web-0").err()).contains("what to run is missing");
    assertThat(regrow(125, "exec", "wbe", "--", "ls").err()).contains("did you mean \"web\"");
  }

  private void commands(String gateway, String instance) {
    var said =
        regrow(
            7,
            "exec",
            instance,
            "--address",
            gateway,
            "--",
            "sh",
            "-c",
            "pwd; echo $0 \"$1\"; echo oops >&2; id -u; exit 7",
            "a",
            "b c");
    assertThat(said.out()).startsWith("/tmp\na b c\n").doesNotEndWith("\n0\n");
    assertThat(said.err()).isEqualTo("oops\n");
    assertThat(regrow(127, "exec", instance, "--address", gateway, "--", "/no/such/program").err())
        .contains("cannot run /no/such/program: there is no such program");
  }

  private void files(String instance) throws IOException {
    var site = Files.createDirectories(folder.resolve("site/deep"));
    var large = "0123456789".repeat(100_000);
    Files.writeString(site.resolve("large"), large);
    regrow(0, "cp", folder.resolve("site"), instance + ":/tmp");
    assertThat(regrow(0, "exec", instance, "--", "cat", "/tmp/site/deep/large").out())
        .isEqualTo(large);

    regrow(0, "cp", instance + ":site", folder.resolve(instance));
    assertThat(folder.resolve(instance + "/deep/large")).hasContent(large);
    regrow(0, "cp", instance + ":/etc/hostname", folder.resolve(instance + "/name"));
    assertThat(folder.resolve(instance + "/name")).exists();
    assertThat(regrow(1, "cp", instance + ":/nowhere", folder).err())
        .contains("/nowhere: no such file or directory");
    assertThat(regrow(1, "cp", folder.resolve("web.yaml"), instance + ":/usr").err())
        .containsAnyOf("read-only", "permission denied");
  }

  /** The page that the instance serves on its own loopback only. */
  private void ports(String instance) throws Exception {
    var builder =
        new ProcessBuilder(
            RealNodes.Here.home().resolve("bin/regrow").toString(),
            "port-forward",
            instance,
            ":8080");
    builder.environment().putAll(environment());
    var forward = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var said = forward.inputReader()) {
      var line = String.valueOf(said.readLine());
      assertThat(line).matches("Forwarding from 127\\.0\\.0\\.1:\\d+ to port 8080 of " + instance);
      var address = "http://" + line.replaceFirst("Forwarding from (\\S+) .*", "$1") + "/";
      for (int i = 0; i < 3; i++) {
        try (var page = java.net.URI.create(address).toURL().openStream()) {
          assertThat(new String(page.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
              .contains("Directory listing");
        }
      }
    } finally {
      forward.destroy();
      forward.waitFor();
    }
  }

  /** Its own process is killed: what it wrote and how it ended is told with the next one. */
  private void attempts(String instance) {
    regrow(0, "exec", instance, "--", "sh", "-c", "kill -KILL $(pgrep -o python3)");
    Await.until(
        "attempt 2 of " + instance,
        SOON,
        () -> regrow(0, "logs", instance, "--attempts", 3).out(),
        said -> said.contains("attempt 2, runs"));
    assertThat(regrow(0, "logs", instance, "--attempts", 3).out())
        .containsPattern(
            "==> " + instance + ", attempt 1, started .*Z, ended .*Z: Signaled \\(KILL\\) <==")
        .containsPattern("==> " + instance + ", attempt 2, runs <==");
    regrow(0, "logs", instance, "--previous");
  }

  private void terminal(String instance) throws IOException {
    var script = Files.writeString(folder.resolve("typist.py"), TYPIST);
    var said =
        Shell.ask(
            List.of(
                "/usr/bin/python3",
                script.toString(),
                RealNodes.Here.home().resolve("bin/regrow").toString(),
                "exec",
                "-it",
                instance,
                "--",
                "sh",
                "-i"),
            environment());
    assertThat(said.expect(0).out()).contains("code 9 restored True");
  }

  private List<Instance> instances() throws IOException {
    var context = ContextFile.at(folder.resolve("context.json")).read().orElseThrow();
    try (var client = RegrowClient.of(context)) {
      return Await.until(
          "two ready instances",
          SOON,
          () -> client.send(Calls.instancesOf("default", "web")).getItemsList(),
          seen -> seen.size() == 2 && seen.stream().allMatch(Instance::getReady));
    }
  }

  private Map<String, String> environment() {
    return Map.of("REGROW_CONTEXT", folder.resolve("context.json").toString());
  }

  private Said regrow(int code, Object... words) {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    for (var word : words) {
      command.add(word.toString());
    }
    return Shell.ask(command, environment()).expect(code);
  }
}
