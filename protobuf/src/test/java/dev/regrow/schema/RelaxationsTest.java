package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Capability;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Network;
import dev.regrow.v1.Relaxation;
import dev.regrow.v1.Security;
import dev.regrow.v1.SyscallGroup;
import dev.regrow.v1.Volume;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RelaxationsTest {

  private static final Set<Relaxation> ALL =
      EnumSet.range(Relaxation.HOST_FILESYSTEM, Relaxation.SYSCALLS);

  @Property(tries = 500)
  void what_is_refused_is_just_what_is_asked_for_and_not_allowed(
      @ForAll("templates") InstanceTemplate template, @ForAll("allowed") Set<Relaxation> allowed) {
    var asked = relaxations(Relaxations.excess(template, List.of()));

    var refused = relaxations(Relaxations.excess(template, allowed));

    var wanted = new HashSet<>(asked);
    wanted.removeAll(allowed);
    assertThat(refused).isEqualTo(wanted);
    assertThat(Relaxations.excess(template, ALL)).isEmpty();
  }

  @Property(tries = 500)
  void what_would_have_to_be_allowed_is_enough(@ForAll("templates") InstanceTemplate template) {
    var asked = relaxations(Relaxations.excess(template, List.of()));

    assertThat(Relaxations.excess(template, asked)).isEmpty();
  }

  @Property(tries = 500)
  void defaults_that_are_written_in_ask_for_nothing(
      @ForAll("templates") InstanceTemplate template, @ForAll("allowed") Set<Relaxation> allowed) {
    var workload = dev.regrow.v1.Workload.newBuilder().setInstance(template).build();

    var complete = Schema.withDefaults(workload).getInstance();

    assertThat(Relaxations.excess(complete, allowed))
        .isEqualTo(Relaxations.excess(template, allowed));
  }

  @Property(tries = 500)
  void every_refusal_names_a_field_a_cause_and_a_fix(
      @ForAll("templates") InstanceTemplate template) {
    assertThat(Relaxations.excess(template, List.of()))
        .allSatisfy(
            each -> {
              assertThat(each.field()).startsWith("instance.");
              assertThat(each.cause()).isNotBlank();
              assertThat(each.fix()).isNotBlank();
            });
  }

  @Example
  void an_image_with_an_ordinary_user_on_the_bridge_needs_no_leave() {
    var template =
        InstanceTemplate.newBuilder()
            .setImage("oci:registry.example/web:1")
            .setUser("1000:0")
            .setNetwork(Network.BRIDGE)
            .addVolumes(Volume.newBuilder().setTmpfs(1 << 20).setAt("/cache"))
            .addVolumes(Volume.newBuilder().setVolume("data").setAt("/data"))
            .build();

    assertThat(Relaxations.excess(template, List.of())).isEmpty();
  }

  @Example
  void each_relaxation_is_found_where_it_is_asked_for() {
    var template =
        InstanceTemplate.newBuilder()
            .setUser("0")
            .setNetwork(Network.HOST)
            .addVolumes(Volume.newBuilder().setTmpfs(1 << 20).setAt("/cache"))
            .addVolumes(Volume.newBuilder().setHost("/srv").setAt("/srv"))
            .setSecurity(
                Security.newBuilder()
                    .addCapabilities(Capability.CAP_CHOWN)
                    .addSyscalls(SyscallGroup.SYSCALL_PTRACE))
            .build();

    assertThat(Relaxations.excess(template, List.of()))
        .extracting(Excess::field)
        .containsExactly(
            "instance.image",
            "instance.user",
            "instance.network",
            "instance.volumes[1].host",
            "instance.security.capabilities",
            "instance.security.syscalls");
  }

  @Example
  void capabilities_and_system_calls_are_named() {
    var template =
        InstanceTemplate.newBuilder()
            .setImage("oci:r/w:1")
            .setUser("1000")
            .setSecurity(
                Security.newBuilder()
                    .addCapabilities(Capability.CAP_CHOWN)
                    .addCapabilities(Capability.CAP_SETUID)
                    .addSyscalls(SyscallGroup.SYSCALL_IO_URING))
            .build();

    assertThat(Relaxations.asked(template))
        .extracting(Excess::cause)
        .containsExactly("capabilities (CHOWN, SETUID)", "more system calls (io_uring)");
  }

  @Example
  void an_image_that_may_say_root_is_not_taken_at_its_word() {
    var template = InstanceTemplate.newBuilder().setImage("layout:/srv/web:1").build();

    assertThat(relaxations(Relaxations.excess(template, List.of())))
        .containsExactly(Relaxation.ROOT);
  }

  @Example
  void root_by_any_way_of_writing_it_is_root() {
    for (var user : List.of("0", "0:0", "0:1000", "000", "00:5")) {
      var template = InstanceTemplate.newBuilder().setImage("oci:r/w:1").setUser(user).build();
      assertThat(relaxations(Relaxations.excess(template, List.of())))
          .as(user)
          .containsExactly(Relaxation.ROOT);
    }
  }

  private static Set<Relaxation> relaxations(List<Excess> excess) {
    return new HashSet<>(excess.stream().map(Excess::relaxation).toList());
  }

  @Provide
  Arbitrary<Set<Relaxation>> allowed() {
    return Arbitraries.of(ALL).set();
  }

  @Provide
  Arbitrary<InstanceTemplate> templates() {
    return Combinators.combine(
            Arbitraries.of("", "dir:/srv/web", "oci:registry.example/web:1", "layout:/srv/web:1"),
            Arbitraries.of("-", "", "0", "0:0", "1000", "65534:0"),
            Arbitraries.of(Network.NETWORK_UNSPECIFIED, Network.HOST, Network.NONE, Network.BRIDGE),
            volumes().list().ofMaxSize(4),
            Arbitraries.of(SyscallGroup.SYSCALL_IO_URING, SyscallGroup.SYSCALL_PTRACE)
                .list()
                .ofMaxSize(1))
        .as(RelaxationsTest::template);
  }

  private static Arbitrary<Volume> volumes() {
    return Arbitraries.of(
        Volume.newBuilder().setHost("/srv/www").setAt("/www").build(),
        Volume.newBuilder().setTmpfs(1 << 20).setAt("/cache").build(),
        Volume.newBuilder().setVolume("data").setAt("/data").build(),
        Volume.newBuilder().setSecret("db").setAt("/run/db").build());
  }

  private static InstanceTemplate template(
      String image,
      String user,
      Network network,
      List<Volume> volumes,
      List<SyscallGroup> syscalls) {
    var template = InstanceTemplate.newBuilder().setImage(image).setNetwork(network);
    template.getSecurityBuilder().addAllSyscalls(syscalls);
    if (!user.equals("-")) {
      template.setUser(user);
    }
    return template.addAllVolumes(new ArrayList<>(volumes)).build();
  }
}
