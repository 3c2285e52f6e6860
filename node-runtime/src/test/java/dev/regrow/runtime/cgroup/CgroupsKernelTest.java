package dev.regrow.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.Machine.CgroupWorld;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import dev.regrow.runtime.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("kernel")
class CgroupsKernelTest {

  private static final Duration PATIENCE = Patience.LONG;
  private static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  private static final InstanceKey OTHER = new InstanceKey("shop", "db", "db-1-a");
  private static final String BUSY_FOR_A_WHILE =
      "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; exec sleep 1000";
  private static final long MIB = 1 << 20;

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final Kernel kernel = Kernel.load();
  private HostCgroups cgroups = HostCgroups.ofThisMachine("unset", () -> kernel);

  @BeforeEach
  void ofThisTest() {
    cgroups = HostCgroups.ofThisMachine(host.nodeUid(), () -> kernel);
  }

  @AfterEach
  void removeIt() {
    assertThat(cgroups.of(KEY).killAndAwaitEmpty(PATIENCE)).isTrue();
    assertThat(cgroups.removeAll()).isEmpty();
  }

  @Test
  void a_memory_hog_is_killed_and_counted() {
    var cgroup = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 32 * MIB, 64));
    var baseline = cgroup.counters();

    var exit = run(cgroup, "x=$(head -c 200000000 /dev/zero | tr '\\0' x)");

    assertThat(exit).isNotEqualTo(new Kernel.Exit(0, null));
    assertThat(cgroup.counters().since(baseline).oomKills()).isPositive();
    assertThat(cgroup.counters().since(baseline).pidsLimitHits()).isZero();
  }

  @Test
  void it_is_closed_to_all_but_root_in_each_hierarchy() throws Exception {
    var cgroup = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 64 * MIB, 4));

    var directories =
        Stream.concat(
            cgroup.v1Tasks().stream().map(Path::getParent), cgroup.v2Directory().stream());
    for (var directory : directories.toList()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
          .as(directory.toString())
          .isEqualTo("rwx------");
    }
  }

  @Test
  void a_fork_beyond_the_limit_is_refused_and_counted() {
    var cgroup = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 64 * MIB, 4));
    var baseline = cgroup.counters();

    run(cgroup, "for i in 1 2 3 4 5 6 7 8; do sleep 1000 & done; exit 3");

    assertThat(cgroup.counters().since(baseline).pidsLimitHits()).isPositive();
    assertThat(cgroup.usage().pids()).isBetween(1L, 4L);
  }

  @Test
  void all_its_processes_are_killed_at_once_and_it_can_be_removed() {
    var cgroup = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 64 * MIB, 64));
    run(cgroup, "for i in 1 2 3 4 5; do setsid sleep 1000 & done; exit 0");
    assertThat(cgroup.empty()).isFalse();

    assertThat(cgroup.killAndAwaitEmpty(PATIENCE)).isTrue();
    cgroup.remove();

    assertThat(cgroups.instances()).isEmpty();
    assertThat(cgroup.empty()).isTrue();
  }

  @Test
  void its_use_is_measured_and_its_processes_are_known() {
    var cgroup = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 64 * MIB, 64));
    int pid = start(cgroup, BUSY_FOR_A_WHILE);
    try (var pidfd = kernel.pidfdOpen(pid)) {
      await(() -> cgroup.usage().cpuNanos() > 10_000_000, cgroup::usage);

      assertThat(cgroup.usage().memoryBytes()).isPositive();
      assertThat(cgroup.usage().pids()).isEqualTo(1);
      assertThat(cgroup.has(pid)).isTrue();
      assertThat(cgroup.has(1)).isFalse();

      end(cgroup, pidfd);
    }
  }

  private void end(InstanceCgroup cgroup, Fd pidfd) {
    cgroup.killAll();
    assertThat(kernel.pollReadable(pidfd, PATIENCE)).isTrue();
    assertThat(kernel.waitid(pidfd)).contains(new Kernel.Exit(null, 9));
  }

  @Test
  void what_all_use_together_is_measured_at_once() {
    var one = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 64 * MIB, 64));
    var other = cgroups.create(OTHER, new Limits(100, 0, 16 * MIB, 64 * MIB, 64));
    try (var first = kernel.pidfdOpen(start(one, BUSY_FOR_A_WHILE));
        var second = kernel.pidfdOpen(start(other, BUSY_FOR_A_WHILE))) {
      await(() -> one.usage().cpuNanos() > 10_000_000, one::usage);
      await(() -> other.usage().cpuNanos() > 10_000_000, other::usage);
      long each = one.usage().cpuNanos() + other.usage().cpuNanos();

      assertThat(cgroups.usage().cpuNanos()).isGreaterThanOrEqualTo(each);
      assertThat(cgroups.usage().memoryBytes()).isPositive();
      assertThat(cgroups.usage().pids()).isEqualTo(2);

      end(other, second);
      other.remove();
      assertThat(cgroups.usage().cpuNanos())
          .as("of those that are gone, too")
          .isGreaterThanOrEqualTo(each);
      assertThat(cgroups.usage().pids()).isEqualTo(1);
      end(one, first);
    }
  }

  @Test
  void a_weight_of_io_is_given_where_the_kernel_has_it() throws Exception {
    assumeTrue(cgroups.world() == CgroupWorld.V2, "needs cgroup v2 alone");

    var cgroup = cgroups.create(KEY, new Limits(100, 0, 16 * MIB, 64 * MIB, 64).withIoWeight(300));

    var directory = cgroup.v2Directory().orElseThrow();
    var file = directory.resolve("io.weight");
    assumeTrue(Files.exists(file), "this kernel has no io.weight");
    assertThat(Files.readString(file)).contains("default 300");
  }

  @Test
  void the_agent_enters_a_cgroup_of_its_own_and_leaves_it() throws Exception {
    cgroups.enterAgentCgroup();
    try {
      assertThat(cgroups.agentPids()).containsExactly(ProcessHandle.current().pid());
      assertThat(Files.readString(Path.of("/proc/self/cgroup")))
          .contains("/regrow-agent/" + host.nodeUid());
    } finally {
      cgroups.leaveAgentCgroup();
    }
    assertThat(cgroups.agentPids()).isEmpty();
  }

  private Kernel.Exit run(InstanceCgroup cgroup, String script) {
    try (var pidfd = kernel.pidfdOpen(start(cgroup, script))) {
      assertThat(kernel.pollReadable(pidfd, PATIENCE)).as("ended: " + script).isTrue();
      return kernel.waitid(pidfd).orElseThrow();
    }
  }

  private int start(InstanceCgroup cgroup, String script) {
    var join = new StringBuilder();
    cgroup.v1Tasks().forEach(file -> join.append("echo $$ > ").append(file).append("; "));
    cgroup
        .v2Directory()
        .ifPresent(dir -> join.append("echo $$ > ").append(dir).append("/cgroup.procs; "));
    return kernel.posixSpawn(
        Path.of("/bin/sh"),
        List.of("sh", "-c", join + "exec /bin/sh -c \"$0\"", script),
        Map.of("PATH", "/usr/bin:/bin"),
        Map.<Integer, Fd>of());
  }

  private static void await(BooleanSupplier condition, Supplier<?> seen) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("last seen: %s", seen.get()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
