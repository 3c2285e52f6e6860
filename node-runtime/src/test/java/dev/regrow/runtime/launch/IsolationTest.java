package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.running;
import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What instances see, and what they must not be able to do. */
@Tag("kernel")
final class IsolationTest {

  /** EPERM, ENOENT, ESRCH, EBADF (a descriptor that must not be), EACCES, EROFS, ENOSYS. */
  private static final Set<Integer> REFUSALS = Set.of(1, 2, 3, 9, 13, 30, 38);

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @SuppressWarnings("NullAway.Init")
  private TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode(host.nodeUid());
  }

  @AfterEach
  void close() {
    node.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {65534, 0})
  void nothing_that_would_reach_the_host_succeeds(int user) throws Exception {
    var tools = compiled("attempts");
    var secret = node.home.resolve("secret");
    Files.writeString(secret, "token");
    var pid = Long.toString(ProcessHandle.current().pid());
    var spec =
        running("/tools/attempts", pid, secret.toString())
            .as(user)
            .with(new Mount.Host(tools, "/tools", true))
            .build();

    var attempt = node.launch(spec);
    assertThat(attempt.awaitEnd()).containsEntry("exit.code", "0");

    var results = new TreeMap<String, Integer>();
    attempt
        .output()
        .lines()
        .map(line -> line.split(" ", 2))
        .forEach(parts -> results.put(parts[0], Integer.valueOf(parts[1])));
    assertThat(results.remove("done")).isEqualTo(0);
    assertThat(results).hasSizeGreaterThan(90);
    results.values().removeAll(REFUSALS);
    assertThat(results).as("succeeded (0), or failed for another reason").isEmpty();
  }

  @Test
  void it_has_no_capabilities_no_new_privileges_a_filter_and_namespaces_of_its_own() {
    var attempt = node.launch(running("sleep", "600").build());
    for (var who : Set.of("init.pid", "workload.pid")) {
      var proc = Path.of("/proc", attempt.status().get(who));
      var status = TestNode.read(proc.resolve("status"));
      for (var set : Set.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
        assertThat(status).contains(set + ":\t0000000000000000\n");
      }
      assertThat(status).contains("NoNewPrivs:\t1\n").contains("Seccomp:\t2\n");
      for (var kind : Set.of("mnt", "pid", "uts", "ipc", "cgroup", "user", "net")) {
        assertThat(namespace(proc, kind)).isNotEqualTo(namespace(Path.of("/proc/self"), kind));
      }
    }
  }

  @Test
  void on_the_hosts_network_only_the_network_is_the_hosts() {
    var attempt = node.launch(running("sleep", "600").on(Network.HOST).build());
    var proc = Path.of("/proc", attempt.status().get("workload.pid"));

    assertThat(namespace(proc, "net")).isEqualTo(namespace(Path.of("/proc/self"), "net"));
    assertThat(namespace(proc, "mnt")).isNotEqualTo(namespace(Path.of("/proc/self"), "mnt"));
  }

  @Test
  void two_instances_share_no_user_id_of_the_host() {
    var one = node.launch(running("sleep", "600").named("a").build());
    var two = node.launch(running("sleep", "600").named("b").build());

    assertThat(idMap(one)).isNotEqualTo(idMap(two));
    assertThat(idMap(one)).endsWith(" 65536");
  }

  @Test
  void it_sees_its_own_processes_only() {
    var attempt = node.launch(shell("sleep 1 & ls -d /proc/[0-9]*").build());
    attempt.awaitEnd();

    assertThat(attempt.output().lines().count()).isBetween(2L, 5L);
    assertThat(attempt.output())
        .contains("/proc/1\n")
        .doesNotContain("/proc/" + ProcessHandle.current().pid() + "\n");
  }

  @Test
  void what_it_writes_to_a_root_of_its_own_never_reaches_the_directory() throws Exception {
    var rootfs = busybox();
    var attempt =
        node.launch(
            running(
                    "/bin/busybox",
                    "sh",
                    "-c",
                    "echo more >> /file && cat /file && echo new > /new; id -u")
                .in(rootfs, false)
                .as(0)
                .build());

    assertThat(attempt.awaitEnd()).containsEntry("exit.code", "0");
    assertThat(attempt.output()).isEqualTo("original\nmore\n0\n");
    assertThat(rootfs.resolve("file")).hasContent("original\n");
    assertThat(rootfs.resolve("new")).doesNotExist();
  }

  @Test
  void a_read_only_root_cannot_be_written() throws Exception {
    var attempt =
        node.launch(
            running(
                    "/bin/busybox",
                    "sh",
                    "-c",
                    "echo x > /new || echo refused; echo y > /tmp/t && echo scratch")
                .in(busybox(), true)
                .as(0)
                .build());
    attempt.awaitEnd();

    assertThat(attempt.output()).contains("refused\n").contains("scratch\n");
  }

  private Path busybox() throws Exception {
    var program = Path.of("/bin/busybox");
    assumeTrue(Files.isExecutable(program), "needs busybox-static");
    var rootfs = node.home.resolve("rootfs");
    Files.createDirectories(rootfs.resolve("bin"));
    Files.setPosixFilePermissions(rootfs, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.copy(program, rootfs.resolve("bin/busybox"));
    Files.writeString(rootfs.resolve("file"), "original\n");
    return rootfs;
  }

  private Path compiled(String name) throws Exception {
    var tools = node.home.resolve("tools");
    Files.createDirectories(tools);
    var compiler =
        new ProcessBuilder(
                "cc", "-O1", "-o", tools.resolve(name).toString(), "src/test/c/" + name + ".c")
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    return tools;
  }

  private static String idMap(TestNode.Attempt attempt) {
    return TestNode.read(Path.of("/proc", attempt.status().get("workload.pid"), "uid_map"))
        .strip()
        .replaceAll("\\s+", " ");
  }

  private static String namespace(Path proc, String kind) {
    try {
      return Files.readSymbolicLink(proc.resolve("ns").resolve(kind)).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
