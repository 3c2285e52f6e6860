package dev.regrow.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.Machine.CgroupWorld;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostCgroupsTest {

  private static final InstanceKey WEB_1 = new InstanceKey("shop", "web", "web-1-a");
  private static final InstanceKey WEB_2 = new InstanceKey("shop", "web", "web-2-b");
  private static final Limits LIMITS = new Limits(500, 0, 64 << 20, 64 << 20, 256);

  @TempDir private Path root = Path.of("unset");

  private final FakeCgroupFiles files = new FakeCgroupFiles();
  private final Queue<Runnable> planned = new ArrayDeque<>();
  private final Executor later = planned::add;

  @Test
  void on_v2_an_instance_has_one_cgroup_and_those_above_hand_the_controllers_on() throws Exception {
    var cgroup = v2().create(WEB_1, LIMITS);

    assertThat(cgroup.v1Tasks()).isEmpty();
    assertThat(cgroup.v2Directory()).contains(root.resolve("regrow/n1/shop/web/web-1-a"));
    assertThat(read("regrow/n1/shop/web/web-1-a/memory.max")).isEqualTo("67108864");
    for (var above : new String[] {".", "regrow", "regrow/n1", "regrow/n1/shop"}) {
      assertThat(read(above + "/cgroup.subtree_control")).isEqualTo("+cpu +memory +pids");
    }
    assertThat(read("regrow/n1/shop/web/web-1-a/cgroup.subtree_control")).isEmpty();
  }

  @Test
  void nobody_but_root_goes_into_any_of_them_or_through() throws Exception {
    var cgroup = v2().create(WEB_1, LIMITS);
    cgroup.branch("exec-1");

    for (var level :
        new String[] {"", "/n1", "/n1/shop/web/web-1-a", "/n1/shop/web/web-1-a/exec-1"}) {
      var permissions = Files.getPosixFilePermissions(root.resolve("regrow" + level));
      assertThat(PosixFilePermissions.toString(permissions)).as(level).isEqualTo("rwx------");
    }
  }

  @Test
  void in_hybrid_each_hierarchy_has_its_own_limits_and_the_unified_one_none() throws Exception {
    var cgroup = hybrid().create(WEB_1, LIMITS);

    assertThat(cgroup.v1Tasks())
        .containsExactly(
            root.resolve("cpu/regrow/n1/shop/web/web-1-a/tasks"),
            root.resolve("memory/regrow/n1/shop/web/web-1-a/tasks"),
            root.resolve("pids/regrow/n1/shop/web/web-1-a/tasks"));
    assertThat(cgroup.v2Directory()).contains(root.resolve("unified/regrow/n1/shop/web/web-1-a"));
    assertThat(read("pids/regrow/n1/shop/web/web-1-a/pids.max")).isEqualTo("256");
    assertThat(read("cpu/regrow/n1/shop/web/web-1-a/cpu.shares")).isEqualTo("512");
    assertThat(read("unified/regrow/n1/shop/web/web-1-a/pids.max")).isEmpty();
  }

  @Test
  void the_levels_above_have_the_sum_of_the_shares_below() throws Exception {
    var cgroups = v2();
    cgroups.create(WEB_1, LIMITS);
    cgroups.create(WEB_2, LIMITS);
    assertThat(read("regrow/n1/shop/web/cpu.weight")).isEqualTo("100");
    assertThat(read("regrow/n1/shop/web/memory.low")).isEqualTo("134217728");
    assertThat(read("regrow/memory.low")).isEqualTo("134217728");

    cgroups.of(WEB_1).remove();
    aWhilePasses();

    assertThat(read("regrow/n1/shop/cpu.weight")).isEqualTo("50");
    assertThat(read("regrow/n1/shop/web/memory.low")).isEqualTo("67108864");
  }

  @Test
  void a_cgroup_whose_processes_were_killed_is_made_anew_for_the_next_start() throws Exception {
    var cgroups = hybrid();
    var cgroup = cgroups.create(WEB_1, LIMITS);
    Path unified = cgroup.v2Directory().orElseThrow();
    Files.writeString(unified.resolve("cgroup.kill"), "");

    cgroup.killAll();
    cgroups.create(WEB_1, LIMITS);

    assertThat(unified).isDirectory();
    assertThat(unified.resolve("cgroup.kill")).doesNotExist();
  }

  @Test
  void what_an_earlier_agent_left_is_made_anew_with_its_limits() throws Exception {
    Path left = v2().create(WEB_1, LIMITS).v2Directory().orElseThrow();
    Files.writeString(left.resolve("cgroup.kill"), "1");

    v2().create(WEB_1, LIMITS);

    assertThat(left.resolve("cgroup.kill")).doesNotExist();
    assertThat(read("regrow/n1/shop/web/web-1-a/memory.max")).isEqualTo("67108864");
  }

  @Test
  void a_restart_in_place_goes_on_in_the_cgroup_that_stands() throws Exception {
    var cgroups = hybrid();
    Path unified = cgroups.create(WEB_1, LIMITS).v2Directory().orElseThrow();
    Files.writeString(unified.resolve("mark"), "");

    cgroups.create(WEB_1, LIMITS);

    assertThat(unified.resolve("mark")).exists();
  }

  @Test
  void the_agent_goes_into_a_cgroup_that_nobody_has_killed() throws Exception {
    Path agent = root.resolve("unified/regrow-agent/n1");
    Files.createDirectories(agent);
    Files.writeString(agent.resolve("cgroup.kill"), "1");

    hybrid().enterAgentCgroup();

    assertThat(agent.resolve("cgroup.kill")).doesNotExist();
    assertThat(agent.resolve("cgroup.procs")).hasContent("" + ProcessHandle.current().pid());
  }

  @Test
  void removing_the_last_instance_removes_all_levels_but_not_those_of_another_node()
      throws Exception {
    var cgroups = hybrid();
    var other = new HostCgroups(hybridRoots(), "n2", files, HostCgroupsTest::noKernel, 2, later);
    other.create(WEB_1, LIMITS);
    cgroups.create(WEB_1, LIMITS);

    cgroups.of(WEB_1).remove();
    cgroups.of(WEB_1).remove();
    aWhilePasses();

    assertThat(root.resolve("cpu/regrow/n1")).doesNotExist();
    assertThat(other.instances()).containsExactly(WEB_1);
    other.removeAll();
    assertThat(root.resolve("cpu/regrow")).doesNotExist();
    assertThat(root.resolve("unified/regrow")).doesNotExist();
  }

  @Test
  void the_next_instance_of_a_workload_finds_the_levels_above_and_what_they_have_already()
      throws Exception {
    var cgroups = v2();
    cgroups.create(WEB_1, LIMITS);
    cgroups.of(WEB_1).remove();
    Files.writeString(root.resolve("regrow/n1/shop/web/cpu.weight"), "untouched");

    cgroups.create(WEB_2, LIMITS);
    aWhilePasses();

    assertThat(read("regrow/n1/shop/web/cpu.weight")).isEqualTo("untouched");
    assertThat(cgroups.instances()).containsExactly(WEB_2);
  }

  @Test
  void all_levels_hand_io_on_once_an_instance_has_a_weight() throws Exception {
    var cgroups = v2();
    cgroups.create(WEB_1, LIMITS);
    cgroups.create(WEB_2, LIMITS.withIoWeight(300));

    for (var above : new String[] {".", "regrow", "regrow/n1", "regrow/n1/shop/web"}) {
      assertThat(read(above + "/cgroup.subtree_control")).contains("+io");
    }
    assertThat(cgroups.lackOf(LIMITS)).isEmpty();
    assertThat(hybrid().lackOf(LIMITS.withIoWeight(300)).orElseThrow())
        .startsWith("its ioWeight has no effect");
  }

  @Test
  void what_many_removals_leave_is_tidied_once() throws Exception {
    var cgroups = v2();
    cgroups.create(WEB_1, LIMITS);
    cgroups.create(WEB_2, LIMITS);

    cgroups.of(WEB_1).remove();
    cgroups.of(WEB_2).remove();

    assertThat(planned).hasSize(1);
    aWhilePasses();
    assertThat(root.resolve("regrow")).doesNotExist();
  }

  @Test
  void a_failure_half_way_leaves_nothing() throws Exception {
    var cgroups = hybrid();
    files.failAfter(7);

    assertThatThrownBy(() -> cgroups.create(WEB_1, LIMITS))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("cannot make cgroup " + root);
    aWhilePasses();

    try (Stream<Path> left = Files.walk(root)) {
      assertThat(left.filter(path -> path.getFileName().toString().equals("regrow"))).isEmpty();
    }
  }

  @Test
  void another_attempt_takes_the_cgroups_of_the_last() throws Exception {
    var cgroups = v2();
    cgroups.create(WEB_1, LIMITS);
    var events = root.resolve("regrow/n1/shop/web/web-1-a/memory.events");
    Files.writeString(events, "low 0\noom 5\noom_kill 2\n");
    var baseline = cgroups.create(WEB_1, LIMITS).counters();
    Files.writeString(events, "low 0\noom 5\noom_kill 3\n");

    assertThat(cgroups.of(WEB_1).counters().since(baseline)).isEqualTo(new Counters(1, 0));
  }

  @Test
  void a_missing_controller_is_a_warning_and_no_failure() {
    var cgroups =
        new HostCgroups(
            new Hierarchies(CgroupWorld.V1, Map.of(Controller.CPU, dir("cpu")), null),
            "n1",
            files,
            HostCgroupsTest::noKernel,
            2,
            later);

    cgroups.create(WEB_1, LIMITS);

    assertThat(cgroups.warnings())
        .singleElement()
        .asString()
        .endsWith("not enforced: cpuacct, memory, pids");
  }

  private void aWhilePasses() {
    for (var task = planned.poll(); task != null; task = planned.poll()) {
      task.run();
    }
  }

  private HostCgroups v2() throws IOException {
    Files.writeString(root.resolve("cgroup.controllers"), "cpuset cpu io memory hugetlb pids\n");
    Files.writeString(root.resolve("cgroup.subtree_control"), "");
    return new HostCgroups(
        new Hierarchies(CgroupWorld.V2, Map.of(), root),
        "n1",
        files,
        HostCgroupsTest::noKernel,
        2,
        later);
  }

  private HostCgroups hybrid() {
    return new HostCgroups(hybridRoots(), "n1", files, HostCgroupsTest::noKernel, 2, later);
  }

  private Hierarchies hybridRoots() {
    var cpu = dir("cpu");
    return new Hierarchies(
        CgroupWorld.HYBRID,
        Map.of(
            Controller.CPU,
            cpu,
            Controller.CPUACCT,
            cpu,
            Controller.MEMORY,
            dir("memory"),
            Controller.PIDS,
            dir("pids")),
        dir("unified"));
  }

  private Path dir(String name) {
    var dir = root.resolve(name);
    dir.toFile().mkdir();
    return dir;
  }

  private String read(String file) throws IOException {
    return Files.readString(root.resolve(file));
  }

  private static Kernel noKernel() {
    throw new AssertionError("no process was to be signalled");
  }
}
