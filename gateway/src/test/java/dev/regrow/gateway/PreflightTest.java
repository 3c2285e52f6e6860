package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreflightTest {

  @Test
  void options_come_from_the_command_line_and_from_a_file(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("node.yaml"), "name: n7\nport-offset: 100\n");

    var options =
        NodeOptions.of(
            CommandLine.parse(
                NodeOptions.known(), "--config", file.toString(), "--name=n8", "--data", "/srv/x"));

    assertThat(options)
        .isEqualTo(
            new NodeOptions(
                "n8",
                Path.of("/srv/x"),
                "127.0.0.1",
                7500,
                7510,
                7520,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofMinutes(2),
                Optional.empty(),
                Map.of(),
                Set.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--nmae=x",
        "n1",
        "--name",
        "--name=Bad_Name",
        "--http-port=0",
        "--http-port=x",
        "--network-range=10.0.0.1/22",
        "--network-range=10.0.0.0/30"
      })
  void a_wrong_command_line_is_a_matter_of_usage(String argument) {
    assertThatThrownBy(() -> NodeOptions.of(CommandLine.parse(NodeOptions.known(), argument)))
        .isInstanceOfSatisfying(
            StartFailure.class, failure -> assertThat(failure.exitCode()).isEqualTo(2));
  }

  @Test
  void a_join_without_a_token_and_a_role_that_there_is_not_are_refused_by_name() {
    assertThatThrownBy(() -> NodeOptions.of(Map.of("join", "10.0.0.1")))
        .hasMessageContaining("--join");
    assertThatThrownBy(() -> NodeOptions.of(Map.of("role", "onlooker")))
        .hasMessageContaining("onlooker");
  }

  @Test
  void what_is_listened_on_is_an_address_that_others_reach() {
    assertThat(Preflight.address("127.0.0.2").isLoopbackAddress()).isTrue();
    assertThat(Preflight.address("::1").isLoopbackAddress()).isTrue();
    assertThatThrownBy(() -> Preflight.address("0.0.0.0")).hasMessageContaining("others reach");
    assertThat(Preflight.address("10.0.0.5").isLoopbackAddress()).isFalse();
    assertThatThrownBy(() -> Preflight.address("localhost")).hasMessageContaining("digits");
    assertThatThrownBy(() -> Preflight.address("1.2.3.999")).hasMessageContaining("no address");
  }

  @Test
  void a_port_that_is_taken_is_named() throws IOException {
    var loopback = InetAddress.getLoopbackAddress();
    try (var taken = new ServerSocket(0, 1, loopback)) {
      int port = taken.getLocalPort();
      var options =
          new NodeOptions(
              "n1",
              Path.of("/x"),
              "127.0.0.1",
              port,
              port,
              port,
              List.of(),
              Optional.empty(),
              Optional.empty(),
              Duration.ofMinutes(2),
              Optional.empty(),
              Map.of(),
              Set.of());

      assertThatThrownBy(() -> Preflight.requireFree(options, loopback))
          .hasMessageContaining("port " + port)
          .hasMessageContaining("ss -ltnp");
    }
  }

  @Test
  void whoever_is_not_root_is_told_what_is_needed(@TempDir Path proc) throws IOException {
    var self = Files.createDirectory(proc.resolve("self"));
    boolean root = Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
    if (root) {
      Files.setAttribute(self, "unix:uid", 65534);
    }

    assertThatThrownBy(() -> Preflight.requireRoot(proc)).hasMessageContaining("sudo regrow node");
  }

  @Test
  void who_holds_a_lock_is_known_by_pid(@TempDir Path folder) throws IOException {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/locks")), "there is no /proc/locks");
    var file = folder.resolve("run");
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(LockHolder.of(file)).isEmpty();
      try (var lock = channel.lock()) {
        assertThat(lock.isValid()).isTrue();
        assertThat(LockHolder.of(file)).contains(ProcessHandle.current().pid());
        assertThatThrownBy(() -> Preflight.requireUnused(folder))
            .hasMessageContaining("pid " + ProcessHandle.current().pid());
      }
    }
  }

  @Test
  void locks_are_told_apart_by_device_and_inode() {
    var locks =
        """
        1: POSIX  ADVISORY  WRITE 100 fd:01:55 0 EOF
        1: -> POSIX  ADVISORY  WRITE 300 fd:01:56 0 EOF
        2: POSIX  ADVISORY  READ  400 fd:01:56 0 EOF
        3: POSIX  ADVISORY  WRITE 200 fd:01:56 0 EOF
        """;

    assertThat(LockHolder.in(locks, 0xfd01, 56)).contains(200L);
    assertThat(LockHolder.in(locks, 0xfd02, 56)).isEmpty();
  }
}
