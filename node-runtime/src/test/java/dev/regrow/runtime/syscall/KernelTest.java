package dev.regrow.runtime.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.testing.Patience;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {

  private static final Duration LONG = Patience.LONG;

  /** Binds the socket that its argument names, says so, and prints one datagram. */
  private static final String RECEIVE =
      """
      import socket, sys
      name = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind('\\0' + name[1:] if name[0] == '@' else name)
      print('bound')
      s.settimeout(20)
      sys.stdout.buffer.write(s.recv(4096) + b'\\n')
      """;

  private final Kernel kernel = Kernel.load();
  private final Path scratch;

  KernelTest(@TempDir Path scratch) {
    this.scratch = scratch;
  }

  @Test
  void a_child_sees_exactly_the_descriptors_that_it_is_given() {
    try (var out = kernel.pipe()) {
      int pid =
          kernel.posixSpawn(
              Path.of("/bin/sh"),
              List.of("sh", "-c", "echo /proc/$$/fd/*; echo $GREETING"),
              Map.of("GREETING", "hej \u00e5"),
              Map.of(1, out.writeEnd(), 7, out.writeEnd()));
      out.writeEnd().close();

      var said = readAll(out.readEnd()).replaceAll("/proc/\\d+/fd/", "");

      // 0 is opened by the shell's own globbing of the directory.
      assertThat(said.lines().toList()).containsExactly("0 1 7", "hej \u00e5");
      assertThat(end(pid)).isEqualTo(new Kernel.Exit(0, null));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"@regrow-%s", "%s/socket"})
  void a_datagram_arrives_by_path_and_by_abstract_name(String pattern) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3");
    var name =
        pattern.formatted(pattern.startsWith("@") ? scratch.getFileName().toString() : scratch);
    try (var out = kernel.pipe()) {
      int pid =
          kernel.posixSpawn(
              Path.of("/usr/bin/python3"),
              List.of("python3", "-uc", RECEIVE, name),
              Map.of(),
              Map.of(1, out.writeEnd()));
      out.writeEnd().close();
      assertThat(kernel.pollReadable(out.readEnd(), LONG)).as("the receiver is bound").isTrue();

      kernel.sendDatagram(name, "READY=1\nSTATUS=gr\u00fcn".getBytes(StandardCharsets.UTF_8));

      assertThat(readAll(out.readEnd())).isEqualTo("bound\nREADY=1\nSTATUS=gr\u00fcn\n");
      assertThat(end(pid)).isEqualTo(new Kernel.Exit(0, null));
    }
  }

  @Test
  void a_datagram_for_nobody_is_refused_with_the_reason() {
    assertThatThrownBy(() -> kernel.sendDatagram("@regrow-nobody", new byte[1]))
        .isInstanceOf(SyscallException.class)
        .hasMessageContaining("sendto(@regrow-nobody, 1 bytes): ECONNREFUSED");
    assertThatThrownBy(() -> kernel.sendDatagram("/" + "x".repeat(107), new byte[1]))
        .hasMessageContaining("ENAMETOOLONG");
  }

  @Test
  void a_program_that_is_missing_is_named_with_the_reason() {
    assertThatThrownBy(
            () -> kernel.posixSpawn(Path.of("/no/such"), List.of("such"), Map.of(), Map.of()))
        .isInstanceOf(SyscallException.class)
        .hasMessage("posix_spawn(/no/such): ENOENT (No such file or directory)");
  }

  @Test
  void a_signal_through_a_pidfd_ends_the_process_and_its_number_is_known() {
    int pid =
        kernel.posixSpawn(Path.of("/bin/sleep"), List.of("sleep", "1000"), Map.of(), Map.of());
    try (var pidfd = kernel.pidfdOpen(pid)) {
      assertThat(kernel.pollReadable(pidfd, Duration.ZERO)).isFalse();

      kernel.pidfdSendSignal(pidfd, Signal.TERM);

      assertThat(kernel.pollReadable(pidfd, LONG)).isTrue();
      assertThat(kernel.waitid(pidfd)).contains(new Kernel.Exit(null, 15));
      assertThatThrownBy(() -> kernel.pidfdSendSignal(pidfd, Signal.TERM))
          .hasMessageEndingWith("ESRCH (No such process)");
    }
  }

  @Test
  void the_number_of_a_thread_is_that_of_no_process() throws Exception {
    int thread;
    try (var threads = Files.list(Path.of("/proc/self/task"))) {
      thread =
          threads
              .map(path -> Integer.parseInt(path.getFileName().toString()))
              .filter(id -> id != ProcessHandle.current().pid())
              .findFirst()
              .orElseThrow();
    }

    assertThatThrownBy(() -> kernel.pidfdOpen(thread))
        .hasMessage("pidfd_open(%d, 0): ESRCH (No such process)".formatted(thread));
  }

  @Test
  void one_waiting_thread_learns_of_descriptors_added_later_and_of_a_wake_up() throws Exception {
    try (var epoll = kernel.epollCreate();
        var pipe = kernel.pipe()) {
      var first = CompletableFuture.supplyAsync(() -> epoll.await(null));
      epoll.add(pipe.readEnd(), 42);
      kernel.write(pipe.writeEnd(), new byte[] {1});
      assertThat(first.get(20, TimeUnit.SECONDS)).containsExactly(42L);

      epoll.remove(pipe.readEnd());
      epoll.wakeUp();
      assertThat(epoll.await(null)).isEmpty();
      assertThat(epoll.await(Duration.ofMillis(1))).isEmpty();
    }
  }

  @Test
  void a_fifo_without_a_reader_refuses_its_writer(@TempDir Path dir) {
    var fifo = dir.resolve("ctl");
    kernel.mkfifo(fifo, 0600);

    assertThatThrownBy(() -> kernel.open(fifo, Set.of(OpenFlag.WRITE_ONLY, OpenFlag.NONBLOCK), 0))
        .isInstanceOfSatisfying(
            SyscallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENXIO));
  }

  @Test
  void boot_time_is_the_kernels_uptime() throws Exception {
    var line = Files.readString(Path.of("/proc/uptime"));
    var uptime = line.substring(0, line.indexOf(' '));

    assertThat(kernel.boottimeNanos() / 1e9)
        .isBetween(Double.parseDouble(uptime), Double.parseDouble(uptime) + 20);
  }

  @Test
  void a_closed_descriptor_is_never_used_again() {
    var pipe = kernel.pipe();
    pipe.close();
    pipe.close();

    assertThatThrownBy(() -> kernel.write(pipe.writeEnd(), new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was closed");
  }

  private Kernel.Exit end(int pid) {
    try (var pidfd = kernel.pidfdOpen(pid)) {
      assertThat(kernel.pollReadable(pidfd, LONG)).isTrue();
      return kernel.waitid(pidfd).orElseThrow();
    }
  }

  private String readAll(Fd fd) {
    var text = new StringBuilder();
    var buffer = new byte[4096];
    for (int n; (n = kernel.read(fd, buffer)) > 0; ) {
      text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
    }
    return text.toString();
  }
}
