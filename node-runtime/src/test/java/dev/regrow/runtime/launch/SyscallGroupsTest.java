package dev.regrow.runtime.launch;

import static dev.regrow.runtime.SyscallGroup.IO_URING;
import static dev.regrow.runtime.SyscallGroup.PTRACE;
import static dev.regrow.runtime.SyscallGroup.USERFAULTFD;
import static dev.regrow.runtime.launch.SpecBuilder.running;
import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.SyscallGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System calls beyond the filter: open where they were asked for, and nowhere else. */
final class SyscallGroupsTest extends LaunchCase {

  private static final String REFUSED = "Operation not permitted\n";

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void a_tracer_sees_its_own_programs_where_ptrace_is_let_pass(int user) {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "needs strace");
    var script =
        "strace -o /tmp/trace /bin/true 2>/dev/null && grep -q exit_group /tmp/trace"
            + " && echo traced || echo refused";

    assertThat(said(shell(script).as(user).letMake(Set.of(PTRACE)))).isEqualTo("traced\n");
    assertThat(said(shell(script).as(user).letMake(others(PTRACE)))).isEqualTo("refused\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void a_ring_can_be_made_where_io_uring_is_let_pass(int user) throws IOException {
    var switchedOff = Path.of("/proc/sys/kernel/io_uring_disabled");
    assumeTrue(
        !Files.exists(switchedOff) || Files.readString(switchedOff).strip().equals("0"),
        "the machine lets nobody have it");
    var ring = calling("$p = qq(\\0) x 120; $r = syscall(425, 1, $p)");

    assertThat(said(ring.as(user).letMake(Set.of(IO_URING)))).isEqualTo("open\n");
    assertThat(said(ring.as(user).letMake(others(IO_URING)))).isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void a_program_handles_its_own_page_faults_where_userfaultfd_is_let_pass(int user) {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "numbers of x86-64");
    var faults = calling("$r = syscall(323, 1)"); // UFFD_USER_MODE_ONLY

    assertThat(said(faults.as(user).letMake(Set.of(USERFAULTFD)))).isEqualTo("open\n");
    assertThat(said(faults.as(user).letMake(others(USERFAULTFD)))).isEqualTo(REFUSED);
  }

  @Test
  void what_is_let_pass_is_no_capability_and_the_filter_stays() {
    var said =
        said(shell("cat /proc/self/status").as(0).letMake(EnumSet.allOf(SyscallGroup.class)));

    assertThat(said)
        .contains("CapEff:\t0000000000000000\n")
        .contains("NoNewPrivs:\t1\n")
        .contains("Seccomp:\t2\n");
  }

  private static Set<SyscallGroup> others(SyscallGroup one) {
    return EnumSet.complementOf(EnumSet.of(one));
  }

  private static SpecBuilder calling(String call) {
    return running("perl", "-e", call + "; print $r >= 0 ? 'open' : $!, qq(\n)");
  }

  private String said(SpecBuilder spec) {
    var attempt = node.launch(spec.build());
    attempt.awaitEnd();
    var said = attempt.output();
    node.forgetLogs(attempt);
    return said;
  }
}
