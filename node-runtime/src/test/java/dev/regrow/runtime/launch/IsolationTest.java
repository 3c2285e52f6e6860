package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.running;
import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.SyscallGroup;
import dev.regrow.runtime.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What instances see, and what they must not be able to do. */
final class IsolationTest extends LaunchCase {

  @ParameterizedTest
  @ValueSource(ints = {65534, 0})
  void nothing_that_would_reach_the_host_succeeds(int user) throws Exception {
    assertThat(notRefused(running(), user))
        .as("succeeded (0), or failed for another reason")
        .isEmpty();
  }

  /** They are over what is the instance's own, and open what they are for and nothing else. */
  @ParameterizedTest
  @ValueSource(ints = {65534, 0})
  void nor_does_it_with_every_capability_that_can_be_granted(int user) throws Exception {
    var meant = new HashMap<>(Map.of("chroot", 0, "chown", 0));
    if (user != 0) {
      meant.put("setuid-root", 0);
    }

    assertThat(notRefused(running().granted(EnumSet.allOf(Capability.class)), user))
        .isEqualTo(meant);
  }

  /** They reach what is the instance's own: its init, which is the host's, stays closed to them. */
  @ParameterizedTest
  @ValueSource(ints = {65534, 0})
  void nor_does_it_with_every_system_call_that_can_be_let_pass(int user) throws Exception {
    assertThat(notRefused(running().letMake(EnumSet.allOf(SyscallGroup.class)), user).keySet())
        .isSubsetOf("io-uring", "userfaultfd");
  }

  /** By the names of attempts, their errnos; 0: it succeeded. */
  private Map<String, Integer> notRefused(SpecBuilder spec, int user) throws Exception {
    var attempts = Attempts.compiled(node.home);
    try (var outside = attempts.outside(host.nodeUid())) {
      var attempt =
          node.launch(
              spec.doing(outside.arguments("/tools/attempts"))
                  .as(user)
                  .with(new Mount.Host(attempts.directory(), "/tools", true))
                  .build());
      assertThat(attempt.awaitEnd()).containsEntry("exit.code", "0");

      var results = Attempts.resultsOf(attempt.output());
      assertThat(results).hasSizeGreaterThan(117);
      results.values().removeIf(Attempts.Result::isRefusal);
      return results.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().errno()));
    }
  }

  /** An attempt that fails everywhere shows nothing: each is one that root of a machine has. */
  @Test
  void each_attempt_succeeds_where_nothing_keeps_it_from_it() throws Exception {
    assumeTrue(Patience.isEmulated(), "only where a whole machine may be lost (.ci/cgroup2-guest)");
    var attempts = Attempts.compiled(node.home);
    try (var outside = attempts.outside(host.nodeUid())) {
      var results = attempts.runBare(outside);

      assertThat(results).hasSizeGreaterThan(115);
      results.values().removeIf(result -> !result.isRefusal());
      assertThat(results).as("refused although nobody was to refuse it").isEmpty();
    }
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

  /** What was judged had no link in its path. */
  @Test
  void a_link_that_was_laid_into_the_way_of_a_root_or_a_mount_is_not_followed() throws Exception {
    busybox();
    var way = Files.createSymbolicLink(node.home.resolve("way"), node.home).resolve("rootfs");
    var mount = new Mount.Host(way, "/at", true);

    for (var spec :
        List.of(running("/bin/busybox", "true").in(way, true), shell("true").with(mount))) {
      assertThatThrownBy(() -> node.launch(spec.build()))
          .isInstanceOf(RuntimeFailure.class)
          .hasMessageContainingAll(way.toString(), "ELOOP");
    }
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
