package dev.regrow.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.SyscallGroup;
import dev.regrow.runtime.cgroup.Counters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InstanceFileTest {

  static final InstanceFile FILE =
      new InstanceFile(
          new InstanceKey("shop", "web", "web-1-a"),
          3,
          "boot-1",
          "web-1",
          Map.of("epoch", "17"),
          "TERM",
          Duration.ofSeconds(10),
          new Limits(500, 0, 64, 128, 256, 300, 1 << 30, Map.of(Ulimit.NOFILE, 64L)),
          new Counters(1, 2),
          new InstanceFile.User(
              1000,
              1001,
              "/srv",
              new Grants(Set.of(Capability.CHOWN, Capability.KILL), Set.of(SyscallGroup.PTRACE))),
          "10.208.0.2",
          List.of());

  @Property
  void whatever_labels_and_warnings_hold_comes_back(
      @ForAll Map<String, String> labels, @ForAll List<String> warnings) {
    var file =
        new InstanceFile(
            FILE.key(),
            FILE.attempt(),
            FILE.bootId(),
            FILE.slot(),
            labels,
            FILE.stopSignal(),
            FILE.stopGrace(),
            FILE.limits(),
            FILE.baseline(),
            FILE.user(),
            FILE.address(),
            warnings);

    assertThat(InstanceFile.parse(file.format()).file()).contains(file);
  }

  @Test
  void of_an_earlier_release_it_has_no_limits_that_came_later() {
    var earlier = FILE.format().replaceAll("(?m)^(limits.io|limits.disk|ulimit.*)=.*\n", "");

    assertThat(InstanceFile.parse(earlier).file().orElseThrow().limits())
        .isEqualTo(new Limits(500, 0, 64, 128, 256));
  }

  @Property
  void no_text_makes_it_throw(@ForAll String text) {
    assertThat(InstanceFile.parse(text).file()).isEmpty();
  }

  @Test
  void a_forged_name_cannot_lead_to_another_place() {
    var forged = FILE.format().replace("instance=web-1-a", "instance=../../../etc");

    assertThat(InstanceFile.parse(forged).problem())
        .isEqualTo("instance is no RFC 1123 label: '../../../etc'");
  }

  @Test
  void what_an_older_release_wrote_names_no_user() {
    var lines = FILE.format().lines().filter(line -> !line.startsWith("user."));

    var old = InstanceFile.parse(String.join("\n", lines.toList()) + "\n").file().orElseThrow();

    assertThat(old.user()).isNull();
  }

  @Test
  void a_capability_that_is_not_known_here_is_given_to_nothing() {
    var later = FILE.format().replace("capability.KILL=1\n", "capability.NEW=1\n");

    var user = InstanceFile.parse(later).file().orElseThrow().user();

    assertThat(Objects.requireNonNull(user).grants().capabilities())
        .containsExactly(Capability.CHOWN);
  }

  @Test
  void system_calls_that_are_not_known_here_are_let_pass_for_nothing() {
    var later = FILE.format().replace("syscalls.PTRACE=1\n", "syscalls.NEW=1\n");

    var user = InstanceFile.parse(later).file().orElseThrow().user();

    assertThat(Objects.requireNonNull(user).grants().syscalls()).isEmpty();
  }

  @Test
  void a_later_release_may_add_keys() {
    assertThat(InstanceFile.parse(FILE.format() + "colour=blue\n").file()).contains(FILE);
  }
}
