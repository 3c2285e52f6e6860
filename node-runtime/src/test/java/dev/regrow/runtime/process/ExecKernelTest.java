package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.SyscallGroup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExecKernelTest extends ExecCase {

  @Test
  void a_command_speaks_on_two_streams_reads_a_third_and_exits_with_its_code() throws Exception {
    var heard = new Heard();
    var session =
        exec(launch(), heard, null, "read line; echo \"got $line\"; echo oops >&2; exit 7");

    session.input("hello\n".getBytes(StandardCharsets.UTF_8));

    assertThat(get(heard.code)).isEqualTo(7);
    assertThat(heard.output()).isEqualTo("got hello\n");
    assertThat(heard.error()).isEqualTo("oops\n");
  }

  @Test
  void whatever_is_put_in_comes_out_whole_however_slow_the_command_reads() throws Exception {
    var heard = new Heard();
    var session = exec(launch(), heard, null, "cat");
    var part = "0123456789abcdef".repeat(4096).getBytes(StandardCharsets.UTF_8);

    for (int i = 0; i < 64; i++) {
      session.input(part);
      awaitRoom(session, heard);
    }
    session.endInput();

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).isEqualTo("0123456789abcdef".repeat(4096 * 64));
  }

  @Test
  void streams_can_be_opened_by_their_names() throws Exception {
    var heard = new Heard();
    exec(launch(), heard, null, "echo a > /dev/stdout; echo b > /dev/stderr; cat /dev/stdin")
        .endInput();

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).isEqualTo("a\n");
    assertThat(heard.error()).isEqualTo("b\n");
  }

  @Test
  void what_an_instance_writes_to_its_streams_by_their_names_is_logged() throws Exception {
    var instance = launch("/bin/sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr");
    get(instance.ended());
    var logged = new CompletableFuture<String>();
    var text = new StringBuilder();
    agent()
        .logs()
        .read(
            KEY,
            new Logs.Query(0, -1, null, false),
            new Logs.Sink() {
              @Override
              public boolean onChunk(Logs.Chunk chunk) {
                text.append(new String(chunk.bytes(), StandardCharsets.UTF_8));
                return true;
              }

              @Override
              public void onEnd(@Nullable RuntimeFailure failure) {
                logged.complete(text.toString());
              }
            });

    assertThat(get(logged)).isEqualTo("out\nerr\n");
  }

  @Test
  void a_command_is_confined_as_its_instance_is_with_a_terminal_and_without() throws Exception {
    var instance = launch();
    var facts =
        String.join(
            " && ",
            "test $(id -u):$(id -g) = 1000:1001",
            "test $(pwd) = /tmp",
            "test \"$MODE\" = test",
            "test $(hostname) = web-1",
            "test $(ls /sys/class/net) = lo",
            "grep -q 'Seccomp:.2' /proc/self/status",
            "grep -q 'NoNewPrivs:.1' /proc/self/status",
            "grep -q 'CapBnd:.0000000000000000' /proc/self/status",
            "grep -q 'CapPrm:.0000000000000000' /proc/self/status",
            "grep -q 'CapAmb:.0000000000000000' /proc/self/status",
            "grep -q 'Groups:[[:space:]]*$' /proc/self/status",
            "test $(ulimit -c) = 0",
            "test $(ls /proc/self/fd | wc -l) = 4",
            "! grep -q '\\.\\./' /proc/self/cgroup",
            "! cat /proc/1/environ 2>/dev/null",
            "! ls /proc/$PPID 2>/dev/null",
            "! cat /etc/shadow 2>/dev/null");
    for (var window : java.util.Arrays.asList(null, new Exec.Window(24, 80))) {
      var heard = new Heard();
      exec(instance, heard, window, "set -x; " + facts);

      assertThat(get(heard.code)).as(heard.output() + heard.error()).isZero();
    }
  }

  @Test
  void a_command_has_the_capabilities_of_its_instance_also_when_another_agent_took_it_over()
      throws Exception {
    var capabilities = Set.of(Capability.DAC_OVERRIDE, Capability.SYS_CHROOT);
    launchGranted(new Grants(capabilities, Set.of()), "/bin/sleep", "1000");
    agent().close();
    var instance = restart().get(0);
    var heard = new Heard();

    exec(instance, heard, null, "grep ^Cap /proc/self/status; /usr/sbin/chroot / /bin/echo in");

    assertThat(get(heard.code)).as(heard.error()).isZero();
    assertThat(heard.output().split("\n", -1))
        .containsExactly(
            "CapInh:\t0000000000040002",
            "CapPrm:\t0000000000040002",
            "CapEff:\t0000000000040002",
            "CapBnd:\t0000000000040002",
            "CapAmb:\t0000000000040002",
            "in",
            "");
  }

  @Test
  void
      a_command_may_trace_its_instance_if_its_programs_may_trace_also_when_another_agent_took_over()
          throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "needs strace");
    var tracing = "strace -o /tmp/trace /bin/true && grep -q exit_group /tmp/trace && echo traced";
    launchGranted(new Grants(Set.of(), Set.of(SyscallGroup.PTRACE)), "/bin/sleep", "1000");
    agent().close();
    var instance = restart().get(0);
    var heard = new Heard();

    exec(instance, heard, null, tracing);

    assertThat(get(heard.code)).as(heard.error()).isZero();
    assertThat(heard.output()).isEqualTo("traced\n");
  }

  @Test
  void a_terminal_is_one_of_the_instance_with_the_size_that_it_is_given() throws Exception {
    var heard = new Heard();
    var script =
        "tty; stat -c %u:%a $(tty); stty size; echo $TERM; trap 'stty size; exit 3' WINCH; echo"
            + " ready; while :; do sleep 0.05; done";
    var session = exec(launch(), heard, new Exec.Window(24, 80), script);
    await(() -> heard.output().contains("ready"), heard::output);

    session.resize(new Exec.Window(50, 132));

    assertThat(get(heard.code)).isEqualTo(3);
    assertThat(heard.output().lines())
        .containsExactly("/dev/pts/0", "1000:620", "24 80", "xterm", "ready", "50 132");
  }

  @Test
  void what_is_typed_reaches_the_foreground_and_ctrl_c_interrupts_it() throws Exception {
    var heard = new Heard();
    // Said by what is interrupted: dash forgets a signal that comes while it forks.
    var script = "sh -c 'echo ready; exec sleep 1000'; echo no";
    var session = exec(launch(), heard, new Exec.Window(24, 80), script);
    await(() -> heard.output().contains("ready"), heard::output);

    session.input(new byte[] {3});

    assertThat(get(heard.code)).isEqualTo(130);
    assertThat(heard.output()).doesNotContain("no");
  }

  @Test
  void when_input_ends_a_terminal_says_so() throws Exception {
    var heard = new Heard();
    var session = exec(launch(), heard, new Exec.Window(24, 80), "stty -echo; cat; echo over");
    session.input("hi\n".getBytes(StandardCharsets.UTF_8));

    session.endInput();

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).contains("hi\r\n").endsWith("over\r\n");
  }

  @Test
  void when_its_session_ends_nothing_that_it_started_lives_on() throws Exception {
    var instance = launch();
    var heard = new Heard();
    var session =
        exec(instance, heard, null, "setsid sleep 4321 & sleep 4321 & echo ready; sleep 4321");
    await(() -> heard.output().contains("ready"), heard::output);
    await(() -> sleeping("4321") == 3, () -> sleeping("4321") + " of 3 sleep");

    session.close();

    assertThat(get(heard.code)).isEqualTo(137);
    assertThat(sleeping("4321")).isZero();
    assertThat(agent().running(KEY)).isPresent();
  }

  @Test
  void what_a_command_leaves_running_ends_with_it() throws Exception {
    var heard = new Heard();
    exec(launch(), heard, null, "setsid sleep 5432 & echo bye; exit 4");

    assertThat(get(heard.code)).isEqualTo(4);
    assertThat(heard.output()).isEqualTo("bye\n");
    assertThat(sleeping("5432")).isZero();
  }

  @Test
  void a_listener_that_wants_no_more_ends_it() throws Exception {
    var heard = new Heard();
    heard.deaf = true;
    exec(launch(), heard, null, "while :; do echo x; done");

    assertThat(get(heard.code)).isEqualTo(137);
  }

  @Test
  void it_ends_with_the_instance() throws Exception {
    var instance = launch();
    var heard = new Heard();
    exec(instance, heard, null, "sleep 6543");

    instance.stop(Duration.ZERO);
    get(instance.ended());

    assertThat(get(heard.code)).isEqualTo(137);
    assertThat(sleeping("6543")).isZero();
  }

  @Test
  void it_counts_towards_the_limits_of_the_instance() throws Exception {
    var heard = new Heard();
    exec(launch(), heard, null, "for i in $(seq 100); do sleep 7654 & done; echo all");

    assertThat(get(heard.code)).isNotZero();
    assertThat(heard.error()).contains("fork");
  }

  @Test
  void what_cannot_be_run_is_named_with_the_code_that_shells_have_for_it() throws Exception {
    var instance = launch();

    assertThatThrownBy(() -> get(start(instance, new Heard(), "/bin/nowhere")))
        .hasMessageContaining("cannot run /bin/nowhere: there is no such program");
    assertThatThrownBy(() -> get(start(instance, new Heard(), "/etc/hostname")))
        .hasMessageContaining("cannot run /etc/hostname: permission denied");
    assertThat(agent().running(KEY)).isPresent();
  }

  @Test
  void a_port_is_reached_from_inside_whatever_the_network_is() throws Exception {
    var server =
        "import socket; s=socket.socket(); s.bind(('127.0.0.1', 8080)); s.listen();"
            + " c=s.accept()[0]; c.sendall(b'got ' + c.recv(99)); c.close(); s.accept()";
    var instance = launch("/usr/bin/python3", "-c", server);
    await(() -> listens(instance), () -> "nothing listens");

    try (var channel = get(instance.connect(8080))) {
      channel.socket().getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
      assertThat(
              new String(channel.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("got hello");
    }
    assertThatThrownBy(() -> get(instance.connect(8081)))
        .hasMessageContaining("nothing listens on port 8081");
    instance.stop(Duration.ZERO);
    get(instance.ended());
  }

  private static boolean listens(RunningInstance instance) {
    try (var tables = Files.lines(Path.of("/proc/" + instance.pid() + "/net/tcp"))) {
      return tables.anyMatch(line -> line.contains(":1F90 "));
    } catch (IOException e) {
      return false;
    }
  }
}
