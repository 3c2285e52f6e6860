package dev.regrow.runtime.launch;

import static dev.regrow.runtime.Capability.CHOWN;
import static dev.regrow.runtime.Capability.DAC_OVERRIDE;
import static dev.regrow.runtime.Capability.KILL;
import static dev.regrow.runtime.Capability.NET_BIND_SERVICE;
import static dev.regrow.runtime.Capability.SETGID;
import static dev.regrow.runtime.Capability.SETUID;
import static dev.regrow.runtime.Capability.SYS_CHROOT;
import static dev.regrow.runtime.launch.SpecBuilder.running;
import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an instance may do with the capabilities that it was granted, and what not. */
final class CapabilitiesTest extends LaunchCase {

  private static final List<String> SETS =
      List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb");

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void a_program_has_exactly_what_was_granted_whoever_its_user_is(int user) {
    for (var granted : List.of(Set.<Capability>of(), Set.of(KILL), Set.of(CHOWN, SYS_CHROOT))) {
      var wanted = "%016x".formatted(Capability.bits(granted));

      var said = said(shell("sh -c 'cat /proc/self/status'").as(user).granted(granted));

      assertThat(SETS).allSatisfy(set -> assertThat(said).contains(set + ":\t" + wanted + "\n"));
      assertThat(said).contains("NoNewPrivs:\t1\n").contains("Seccomp:\t2\n");
    }
  }

  @Test
  void its_init_keeps_nothing_of_it() {
    var attempt =
        node.launch(running("sleep", "600").granted(EnumSet.allOf(Capability.class)).build());

    var init = TestNode.read(Path.of("/proc", attempt.status().get("init.pid"), "status"));

    for (var set : List.of("CapInh", "CapPrm", "CapEff", "CapAmb")) {
      assertThat(init).contains(set + ":\t0000000000000000\n");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void files_can_be_given_away_with_chown_and_not_without(int user) {
    var script = "touch /tmp/f; chown 7:8 /tmp/f 2>/dev/null; stat -c %u:%g /tmp/f";

    assertThat(said(shell(script).as(user).granted(Set.of(CHOWN)))).isEqualTo("7:8\n");
    assertThat(said(shell(script).as(user).granted(Set.of(KILL, DAC_OVERRIDE))))
        .isEqualTo(user + ":" + user + "\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void permissions_of_its_own_files_do_not_bind_it_with_dac_override(int user) {
    var script = "echo x > /tmp/f; chmod 0 /tmp/f; cat /tmp/f 2>/dev/null || echo refused";

    assertThat(said(shell(script).as(user).granted(Set.of(DAC_OVERRIDE)))).isEqualTo("x\n");
    assertThat(said(shell(script).as(user).granted(Set.of(CHOWN)))).isEqualTo("refused\n");
  }

  @Test
  void another_directory_is_its_root_with_sys_chroot_alone() {
    var script = "/usr/sbin/chroot / /bin/echo in 2>/dev/null || echo refused";

    assertThat(said(shell(script).granted(Set.of(SYS_CHROOT)))).isEqualTo("in\n");
    assertThat(said(shell(script).granted(Set.of(SETUID, SETGID, DAC_OVERRIDE))))
        .isEqualTo("refused\n");
  }

  @Test
  void who_stops_being_root_has_none_any_more() {
    var script =
        "setpriv --reuid 1000 --regid 1001 --clear-groups sh -c 'id -u; grep CapPrm /proc/self/status'";

    assertThat(said(shell(script).as(0).granted(Set.of(SETUID, SETGID, DAC_OVERRIDE))))
        .isEqualTo("1000\nCapPrm:\t0000000000000000\n");
  }

  @Test
  void an_id_that_is_not_its_own_cannot_be_had() {
    var script = "setpriv --reuid 70000 --clear-groups id -u 2>/dev/null || echo refused";

    assertThat(said(shell(script).as(0).granted(EnumSet.allOf(Capability.class))))
        .isEqualTo("refused\n");
  }

  @Test
  void it_serves_port_80_with_net_bind_service() {
    assertThat(said(serving(80).on(Network.NONE).granted(Set.of(NET_BIND_SERVICE))))
        .isEqualTo("serves\n");
  }

  /**
   * Which is why a manifest cannot ask for it: that network is the machine's, not the instance's.
   */
  @Test
  void on_the_hosts_network_no_capability_of_its_own_opens_a_low_port() throws Exception {
    var lowest = lowestOpenPort();
    assumeTrue(lowest > 79, "the machine lets everybody serve low ports");

    for (int user : List.of(0, 65534)) {
      assertThat(
              said(serving(79).as(user).on(Network.HOST).granted(EnumSet.allOf(Capability.class))))
          .isEqualTo("Permission denied\n");
    }
  }

  /** The kernel tells it in one piece or not at all: a file's end comes after the first read. */
  private static int lowestOpenPort() throws IOException {
    try (var file =
        Files.newInputStream(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"))) {
      return Integer.parseInt(new String(file.readNBytes(16), StandardCharsets.US_ASCII).strip());
    }
  }

  private static SpecBuilder serving(int port) {
    return running(
        "perl",
        "-MSocket",
        "-e",
        "socket(S,PF_INET,SOCK_STREAM,0); print bind(S,sockaddr_in(%d,INADDR_LOOPBACK)) ? 'serves' : $!, qq(\n)"
            .formatted(port));
  }

  private Path shownWithSecret() throws IOException {
    var shown = Files.createDirectories(node.home.resolve("shown"));
    Files.setPosixFilePermissions(shown, PosixFilePermissions.fromString("rwxr-xr-x"));
    var secret = Files.writeString(shown.resolve("secret"), "token\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    return shown;
  }

  /** What can be written keeps its owners' numbers: docs/security.md warns of it. */
  @Test
  void files_of_a_host_path_that_can_be_written_are_its_own() throws Exception {
    var shown = new Mount.Host(shownWithSecret(), "/shown", false);
    var reading = "cat /shown/secret 2>/dev/null || echo refused";
    assumeThatItCanBeShown(shown);

    assertThat(said(shell(reading).with(shown).granted(Set.of(KILL)))).isEqualTo("refused\n");
    assertThat(said(shell(reading).with(shown).granted(Set.of(DAC_OVERRIDE)))).isEqualTo("token\n");
  }

  private void assumeThatItCanBeShown(Mount.Host shown) {
    try {
      said(shell("true").with(shown));
    } catch (RuntimeFailure notIdmapped) {
      abort(notIdmapped.getMessage()); // As on an overlay, with kernels before 6.3.
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65534})
  void files_of_the_host_stay_closed_where_they_are_shown_read_only(int user) throws Exception {
    var shown = shownWithSecret();
    var script = "cat /shown/secret || echo refused; chown 0 /shown/secret || echo refused";

    assertThat(
            said(
                shell("{ " + script + "; } 2>/dev/null")
                    .as(user)
                    .with(new Mount.Host(shown, "/shown", true))
                    .granted(EnumSet.allOf(Capability.class))))
        .isEqualTo("refused\nrefused\n");
  }

  private String said(SpecBuilder spec) {
    var attempt = node.launch(spec.build());
    attempt.awaitEnd();
    var said = attempt.output();
    node.forgetLogs(attempt);
    return said;
  }
}
