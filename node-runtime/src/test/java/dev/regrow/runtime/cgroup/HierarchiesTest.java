package dev.regrow.runtime.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Machine.CgroupWorld;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HierarchiesTest {

  @Test
  void a_unified_hierarchy_alone_is_v2() {
    var found = Hierarchies.parse("cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n").orElseThrow();

    assertThat(found.world()).isEqualTo(CgroupWorld.V2);
    assertThat(found.roots()).containsExactly(Path.of("/sys/fs/cgroup"));
    assertThat(found.root(Controller.PIDS)).contains(Path.of("/sys/fs/cgroup"));
  }

  @Test
  void v1_controllers_that_share_a_mount_share_a_root() {
    var mounts =
        """
        cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
        cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
        cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0
        """;

    var found = Hierarchies.parse(mounts).orElseThrow();

    assertThat(found.world()).isEqualTo(CgroupWorld.V1);
    assertThat(found.roots())
        .containsExactly(Path.of("/sys/fs/cgroup/cpu,cpuacct"), Path.of("/sys/fs/cgroup/memory"));
    assertThat(found.root(Controller.PIDS)).isEmpty();
  }

  @Test
  void a_unified_hierarchy_beside_v1_is_hybrid_and_blanks_are_octal() {
    var mounts =
        """
        cgroup /my\\040groups/pids cgroup rw,pids 0 0
        cgroup2 /my\\040groups/unified cgroup2 rw 0 0
        """;

    var found = Hierarchies.parse(mounts).orElseThrow();

    assertThat(found.world()).isEqualTo(CgroupWorld.HYBRID);
    assertThat(found.roots())
        .containsExactly(Path.of("/my groups/pids"), Path.of("/my groups/unified"));
  }

  @Test
  void where_the_unified_hierarchy_counts_processor_time_no_other_is_joined_for_that() {
    var mounts =
        """
        cgroup /cgroup/cpu cgroup rw,cpu 0 0
        cgroup /cgroup/cpuacct cgroup rw,cpuacct 0 0
        cgroup2 /cgroup/unified cgroup2 rw 0 0
        """;

    var found = Hierarchies.parse(mounts).orElseThrow();

    assertThat(found.roots()).containsExactly(Path.of("/cgroup/cpu"), Path.of("/cgroup/unified"));
    assertThat(found.everyRoot()).contains(Path.of("/cgroup/cpuacct"));
  }

  @Test
  void no_cgroup_file_system_is_none() {
    assertThat(Hierarchies.parse("tmpfs /run tmpfs rw 0 0\ngarbage\n\n")).isEmpty();
  }
}
